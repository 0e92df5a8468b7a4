namespace Plait.Execution;

// What happens while the reader waits: retries that become due, and work taken from a worker that sits on a slow item.
internal sealed partial class MapRun<TIn, TOut>
{
    // A worker is idle for so long before others are robbed for it: most chunks are over by then.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestPatience = TimeSpan.FromMilliseconds(64);

    // Failed items that wait for their next attempt, by the timestamp when it is due.
    private readonly PriorityQueue<MapRest<TIn, TOut>, long> _delayed = new();
    private ITimer? _timer;

    // Since when a worker has had nothing to do; 0: none has.
    private long _idleSince;
    private TimeSpan _patience = Patience;

    private void Delay(MapRest<TIn, TOut> rest, TimeSpan wait)
    {
        if (wait <= TimeSpan.Zero)
        {
            _again.Enqueue(rest);
            return;
        }

        _delayed.Enqueue(rest, _clock.GetTimestamp() + (long)(wait.TotalSeconds * _clock.TimestampFrequency));
    }

    private void MoveDueRetries()
    {
        while (_delayed.TryPeek(out MapRest<TIn, TOut>? rest, out long due) && due <= _clock.GetTimestamp())
        {
            _ = _delayed.Dequeue();
            if (rest.FirstIndex < _stopAt)
            {
                _again.Enqueue(rest);
            }
        }
    }

    /// <summary>Nothing is ready. True: more was handed out, so look again; false: wait, a timer is set if need be.</summary>
    private bool Balance()
    {
        TimeSpan wait = Timeout.InfiniteTimeSpan;
        if (!HasIdleWorker || _again.Count > 0)
        {
            _idleSince = 0;
        }
        else
        {
            if (TryWidenWindow())
            {
                return true;
            }

            if (!_chunks.Exists(CanBeRobbed))
            {
                _idleSince = 0;
            }
            else
            {
                long now = _clock.GetTimestamp();
                _idleSince = _idleSince == 0 ? now : _idleSince;
                wait = _patience - _clock.GetElapsedTime(_idleSince, now);
                if (wait <= TimeSpan.Zero)
                {
                    if (TryCut())
                    {
                        Feed();
                        return true;
                    }

                    _idleSince = now;
                    wait = _patience;
                }
            }
        }

        SetTimer(wait);
        return false;
    }

    /// <summary>An early item is slow, so nobody is served and nobody reads on: the window is what stands in the way, and it was our choice.</summary>
    private bool TryWidenWindow()
    {
        if (_options.Window > 0 || _input.IsEnded || _input.IsPending || IsStopping || _read - _passed >= LargestWindow)
        {
            return false;
        }

        long before = _read;
        _window = (int)Math.Min(LargestWindow, Math.Max(_window, _read - _passed) * 2);
        Feed();
        return _read > before || _input.IsEnded;
    }

    private bool TryCut()
    {
        int idle = Math.Max(1, _runner.WorkerCount - _chunks.Count);
        var candidates = new List<MapChunk<TIn, TOut>>();
        foreach (MapChunk<TIn, TOut> chunk in _chunks)
        {
            if (CanBeRobbed(chunk))
            {
                candidates.Add(chunk);
            }
        }

        // Of whoever has most left.
        candidates.Sort(static (left, right) => (right.End - right.Done).CompareTo(left.End - left.Done));
        foreach (MapChunk<TIn, TOut> chunk in candidates)
        {
            if (chunk.Control!.TryCut(out int next) && next < chunk.End)
            {
                int rest = chunk.End - next;
                chunk.End = next;
                _running -= rest;
                _patience = Patience;
                _idleSince = 0;
                Repeat(chunk.Block, chunk.Start + next, rest, Math.Max(1, rest / (2 * idle)));
                return true;
            }
        }

        // None has begun, or all are all but over: asked again later, and less and less often.
        _patience = _patience * 2 < LongestPatience ? _patience * 2 : LongestPatience;
        return false;
    }

    /// <summary>Whether it has items behind the one that runs.</summary>
    private static bool CanBeRobbed(MapChunk<TIn, TOut> chunk) => chunk.End - chunk.Done > 1 && !chunk.IsCancelled && chunk.Control is not null;

    private void SetTimer(TimeSpan wait)
    {
        if (_delayed.TryPeek(out _, out long due))
        {
            TimeSpan untilDue = TimeSpan.FromSeconds(Math.Max(0, due - _clock.GetTimestamp()) / (double)_clock.TimestampFrequency) + TimeSpan.FromTicks(1);
            wait = wait == Timeout.InfiniteTimeSpan || untilDue < wait ? untilDue : wait;
        }

        if (wait == Timeout.InfiniteTimeSpan)
        {
            return;
        }

        // Timers of the system have whole milliseconds, and one that fires early would fire again.
        wait = TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
        if (_timer is null)
        {
            _timer = _clock.CreateTimer(static signal => ((MapSignal)signal!).Set(), Signal, wait, Timeout.InfiniteTimeSpan);
        }
        else
        {
            _ = _timer.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }
}

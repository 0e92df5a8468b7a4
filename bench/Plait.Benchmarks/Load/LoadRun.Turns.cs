using Plait.Net.Selectors;

namespace Plait.Benchmarks.Load;

internal sealed partial class LoadRun
{
    private long TurnUntil(long end, long now, CancellationToken cancellation)
    {
        while (now < end && !cancellation.IsCancellationRequested)
        {
            now = Turn(now, end);
        }

        return now;
    }

    /// <summary>Begins what is due, sleeps until something is ready or to be done, and does what is ready. Returns the time.</summary>
    private long Turn(long now, long end)
    {
        if (now >= _nextCheck)
        {
            _nextCheck = now + s_checkEvery;
            foreach (LoadConnection connection in _connections)
            {
                connection.Check(now);
            }
        }

        long wake = Math.Min(Math.Min(_nextCheck, end), Math.Min(Connect(now), Begin(now)));
        int count = Selector.Select(_ready, TimeSpan.FromTicks(Math.Max(0, (wake - Now + 99) / 100)));
        for (int i = 0; i < count; i++)
        {
            ((LoadConnection)_ready[i].Key.Data!).OnReady(_ready[i].Events);
        }

        return Now;
    }

    // Makes connections as far as they may be made now; when the next one may be, as far as that is a matter of time.
    private long Connect(long now)
    {
        while (_closed.TryPeek(out LoadConnection? connection, out long time))
        {
            if (time > now)
            {
                return time;
            }

            if (!Window.HasRoom)
            {
                break;
            }

            _closed.Dequeue();
            if (!_isEnding || connection.HasWork)
            {
                connection.Start(now);
            }
        }

        return long.MaxValue;
    }

    // Begins the messages that are due; when the next one will be.
    private long Begin(long now)
    {
        if (!IsScheduled)
        {
            return long.MaxValue;
        }

        long due;
        while ((due = DueOf(_nextMessage)) <= now && due < End)
        {
            _connections[_nextMessage++ % _connections.Length].Pump(now);
        }

        return due < End ? due : long.MaxValue;
    }

    private void BeginSchedule(long now)
    {
        _begin = now;
        _interval = Options.Rate > 0 ? 1e9 / Options.Rate : 0;
    }

    private void ReadServers(ProcessorUse?[] uses)
    {
        for (int i = 0; i < uses.Length; i++)
        {
            uses[i] = ProcessorUse.Read(Options.ServerProcesses[i]);
        }
    }

    private static ProcessorUse ReadOwn()
    {
        Environment.ProcessCpuUsage use = Environment.CpuUsage;
        return new ProcessorUse(use.TotalTime, use.UserTime, use.PrivilegedTime);
    }

    private LoadResult Result(double seconds, ProcessorUse own, ProcessorUse?[] servers, bool isInterrupted) => new()
    {
        Seconds = seconds,
        Messages = _messages,
        Size = Options.Size,
        Connections = _made,
        Latency = _latency,
        Errors = _errors,
        FirstError = _firstError,
        Missed = IsScheduled && !isInterrupted && _isMeasuring ? _due + _connections.Sum(static connection => connection.CountUnbegun()) - _latency.Count : 0,
        Own = own,
        Servers = servers,
        IsInterrupted = isInterrupted,
    };
}

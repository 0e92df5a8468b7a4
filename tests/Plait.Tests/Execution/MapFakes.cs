using Plait.Execution;

namespace Plait.Tests.Execution;

/// <summary>
/// An executor of chunks in the hands of a test: it runs what the test tells it to, when the test does. Inputs whose chunks the test
/// counts are arrays: those are never read in part, however busy the machine is.
/// </summary>
internal sealed class FakeChunkExecutor(int workers) : IExecutor, IChunkRunner
{
    private readonly List<FakeChunk> _chunks = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiters = [];

    public string Name => "fake";

    public int WorkerCount { get; set; } = workers;

    public int LargestChunk { get; init; } = int.MaxValue;

    public ManualTime Clock { get; } = new();

    /// <summary>Chunks run as soon as they are handed out.</summary>
    public bool RunsAtOnce { get; init; }

    /// <summary>What an item is said to take; null for nothing at all.</summary>
    public TimeSpan ItemTime { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Thrown instead of taking a chunk, when there is something.</summary>
    public Func<FakeChunk, Exception?> Refuses { get; set; } = static _ => null;

    TimeProvider IChunkRunner.TimeProvider => Clock;

    /// <summary>All chunks that were handed out, in their order.</summary>
    public FakeChunk[] Chunks
    {
        get
        {
            lock (_chunks)
            {
                return [.. _chunks];
            }
        }
    }

    public void Check<TIn, TOut>(MapFunction<TIn, TOut> function)
    {
        // Everything travels within one process.
    }

    public IChunkControl RunChunk<TIn, TOut>(ChunkRequest<TIn, TOut> chunk)
    {
        var made = new FakeChunk<TIn, TOut>(chunk, ItemTime);
        if (Refuses(made) is { } refusal)
        {
            throw refusal;
        }

        if (RunsAtOnce)
        {
            made.Finish();
        }

        lock (_chunks)
        {
            _chunks.Add(made);
            foreach ((int count, TaskCompletionSource reached) in _waiters)
            {
                if (count <= _chunks.Count)
                {
                    reached.TrySetResult();
                }
            }
        }

        return made;
    }

    /// <summary>Waits until so many chunks have been handed out in all, and gives the last of them.</summary>
    public async Task<FakeChunk> ChunkAsync(int number)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_chunks)
        {
            if (_chunks.Count > number)
            {
                return _chunks[number];
            }

            _waiters.Add((number + 1, reached));
        }

        await reached.Task.InTime();
        return Chunks[number];
    }

    public Future Submit(WorkRequest work) => throw new NotSupportedException();

    public Future<TResult> Submit<TResult>(WorkRequest work) => throw new NotSupportedException();

    public IAsyncEnumerable<T> Stream<T>(WorkRequest work) => throw new NotSupportedException();

    public ValueTask WaitForRoomAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public bool Shutdown(ShutdownMode mode, TimeSpan timeout) => throw new NotSupportedException();

    public Task<bool> ShutdownAsync(ShutdownMode mode, TimeSpan timeout) => throw new NotSupportedException();

    public ExecutorStatistics GetStatistics() => default;

    public void Dispose()
    {
        // Nothing runs by itself.
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A chunk that was handed out.</summary>
internal abstract class FakeChunk : IChunkControl
{
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public abstract long FirstIndex { get; }

    public abstract int Count { get; }

    public abstract int Deaths { get; }

    /// <summary>Items that have been begun.</summary>
    public int Begun { get; protected set; }

    /// <summary>Items it may still begin.</summary>
    public int End { get; protected set; }

    /// <summary>Whether it can be cut.</summary>
    public bool IsCuttable { get; set; } = true;

    /// <summary>How often somebody tried to cut it.</summary>
    public int Cuts { get; private set; }

    public bool IsCancelled => _cancelled.Task.IsCompleted;

    public Task Cancelled => _cancelled.Task;

    /// <summary>Runs so many items and tells their ends.</summary>
    public abstract void Run(int count);

    /// <summary>Begins an item, whose end is not known.</summary>
    public void Begin() => Begun++;

    /// <summary>Tells the end of the chunk.</summary>
    public abstract void EndWith(ChunkEnd end);

    /// <summary>Runs what is left, and ends.</summary>
    public void Finish()
    {
        Run(End - Begun);
        EndWith(new ChunkEnd());
    }

    public bool TryCut(out int next)
    {
        Cuts++;
        next = Begun;
        if (!IsCuttable || Begun >= End)
        {
            return false;
        }

        End = Begun;
        return true;
    }

    public void Cancel(CancellationToken token) => _cancelled.TrySetResult();
}

internal sealed class FakeChunk<TIn, TOut> : FakeChunk
{
    private readonly ChunkRequest<TIn, TOut> _chunk;
    private readonly long _itemTime;
    private int _told;

    public FakeChunk(ChunkRequest<TIn, TOut> chunk, TimeSpan itemTime)
    {
        _chunk = chunk;
        _itemTime = (long)itemTime.TotalNanoseconds;
        End = chunk.Count;
    }

    public override long FirstIndex => _chunk.FirstIndex;

    public override int Count => _chunk.Count;

    public override int Deaths => _chunk.Deaths;

    public override void Run(int count)
    {
        var function = (Func<TIn, TOut>)_chunk.Function.Delegate;
        for (int end = _told + count; _told < end; _told++)
        {
            Begun = Math.Max(Begun, _told + 1);
            try
            {
                _chunk.Target(_told, 1)[0] = function(_chunk.Items[_told]);
            }
            catch (Exception error)
            {
                _chunk.OnItemFailed(_told, _itemTime, new PlainError(error));
                continue;
            }

            _chunk.OnValues(_told, 1, _itemTime);
        }
    }

    public override void EndWith(ChunkEnd end) => _chunk.OnEnded(end);

    /// <summary>Tells values that are not decoded yet.</summary>
    public void Defer(IDeferredValues<TOut> values, int count)
    {
        _chunk.OnValues(_told, count, _itemTime, values);
        _told += count;
        Begun = Math.Max(Begun, _told);
    }
}

/// <summary>A clock that moves when the test says so.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private TaskCompletionSource _armed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _now = 1;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Completes when a timer is set that goes off within <paramref name="within"/>.</summary>
    public async Task TimerAsync(TimeSpan within)
    {
        while (true)
        {
            Task armed;
            lock (_gate)
            {
                if (_timers.Exists(timer => timer.Due <= GetTimestamp() + within.Ticks))
                {
                    return;
                }

                armed = _armed.Task;
            }

            await armed.InTime();
        }
    }

    public void Advance(TimeSpan time)
    {
        long now = Interlocked.Add(ref _now, time.Ticks);
        List<ManualTimer> due;
        lock (_gate)
        {
            due = _timers.FindAll(timer => timer.Due <= now);
            _timers.RemoveAll(due.Contains);
        }

        due.ForEach(static timer => timer.Callback());
    }

    private sealed class ManualTimer(ManualTime clock, Action callback) : ITimer
    {
        public Action Callback => callback;

        public long Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            TaskCompletionSource armed;
            lock (clock._gate)
            {
                clock._timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan)
                {
                    return true;
                }

                Due = clock.GetTimestamp() + dueTime.Ticks;
                clock._timers.Add(this);
                armed = clock._armed;
                clock._armed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            armed.SetResult();
            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

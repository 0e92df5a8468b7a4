using Plait.Codecs;

namespace Plait.Processes.Pooling;

/// <summary>
/// What a call reports and logs while its function runs, on its way to whom it is for: on the thread pool, one after the other, in order. The
/// call's end waits here behind them. Added to by the dispatcher thread only, and by who ends the call after that.
/// </summary>
internal sealed class ReportQueue(IReadOnlyList<ReportReceiver>? receivers = null) : IThreadPoolWorkItem
{
    // Guarded by itself.
    private readonly Queue<IThreadPoolWorkItem> _waiting = new();
    private bool _isRunning;

    /// <summary>Those that the call's function may report to, by their numbers.</summary>
    public IReadOnlyList<ReportReceiver> Receivers { get; } = receivers ?? [];

    /// <summary>Whether something of it is not delivered yet.</summary>
    public bool IsBusy
    {
        get
        {
            lock (_waiting)
            {
                return _isRunning;
            }
        }
    }

    public void Add(IThreadPoolWorkItem report)
    {
        lock (_waiting)
        {
            _waiting.Enqueue(report);
            if (_isRunning)
            {
                return;
            }

            _isRunning = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Does it once all that has arrived is delivered. False, and nothing is done, when all of it is.</summary>
    public bool TryDefer(IThreadPoolWorkItem end)
    {
        lock (_waiting)
        {
            if (_isRunning)
            {
                _waiting.Enqueue(end);
            }

            return _isRunning;
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (true)
        {
            IThreadPoolWorkItem next;
            lock (_waiting)
            {
                if (!_waiting.TryDequeue(out next!))
                {
                    _isRunning = false;
                    return;
                }
            }

            next.Execute();
        }
    }
}

/// <summary>One thing that a worker told. The worker's memory stays mapped until it is delivered, for that is said there.</summary>
internal abstract class WorkerReport : IThreadPoolWorkItem
{
    protected WorkerReport(PooledWorker worker)
    {
        worker.AddUse();
        Worker = worker;
    }

    protected PooledWorker Worker { get; }

    public void Execute()
    {
        try
        {
            Deliver();
        }
        finally
        {
            Worker.TakeReport();
            Worker.DropUse();
        }
    }

    /// <summary>Runs the owner's code. Throws nothing.</summary>
    protected abstract void Deliver();
}

/// <summary>A value that a function reported.</summary>
internal sealed class ProgressReport(PooledCall call, PooledWorker worker, ReportReceiver receiver, byte[] value) : WorkerReport(worker)
{
    protected override void Deliver()
    {
        try
        {
            var reader = new PayloadReader(value);
            receiver.Report(ref reader, call.Pool.Results);
        }
        catch (Exception error)
        {
            // The owner's code, or a value whose type's code threw: neither may harm the pool, nor the function, which is elsewhere.
            call.Pool.OnProgressFailed(call, error);
        }
    }
}

/// <summary>What a worker logged, in a call or beside one.</summary>
internal sealed class LogReport(WorkerPool pool, PooledWorker worker, string? task, byte[] body) : WorkerReport(worker)
{
    protected override void Deliver()
    {
        try
        {
            var reader = new PayloadReader(body);
            pool.Options.WorkerLogged?.Invoke(WorkerLogEntry.Read(ref reader, Worker, task));
        }
        catch (Exception error)
        {
            // The owner's code, or bytes that are no entry: the worker and its tasks go on.
            WorkerPool.Complain($"what '{Worker.Name}' logged could not be passed on: {error}");
        }
    }
}

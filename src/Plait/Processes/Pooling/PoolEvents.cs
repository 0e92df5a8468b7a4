namespace Plait.Processes.Pooling;

/// <summary>Tells the handlers of <see cref="PooledExecutor.WorkerChanged"/>, on the thread pool, one event after another.</summary>
internal sealed class PoolEvents : IThreadPoolWorkItem
{
    // Guarded by itself.
    private readonly Queue<WorkerEvent> _waiting = new();
    private Action<WorkerEvent>? _handlers;
    private bool _isRunning;

    public void Add(Action<WorkerEvent>? handler)
    {
        lock (_waiting)
        {
            _handlers += handler;
        }
    }

    public void Remove(Action<WorkerEvent>? handler)
    {
        lock (_waiting)
        {
            _handlers -= handler;
        }
    }

    public void Raise(WorkerEvent happened)
    {
        lock (_waiting)
        {
            if (_handlers is null)
            {
                return;
            }

            _waiting.Enqueue(happened);
            if (_isRunning)
            {
                return;
            }

            _isRunning = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (true)
        {
            WorkerEvent next;
            Action<WorkerEvent>? handlers;
            lock (_waiting)
            {
                if (!_waiting.TryDequeue(out next!))
                {
                    _isRunning = false;
                    return;
                }

                handlers = _handlers;
            }

            foreach (Delegate handler in handlers?.GetInvocationList() ?? [])
            {
                try
                {
                    ((Action<WorkerEvent>)handler)(next);
                }
                catch (Exception error)
                {
                    // A handler that throws harms no other, and no worker.
                    Console.Error.WriteLine($"Plait: a handler of WorkerChanged threw at {next}: {error}");
                }
            }
        }
    }
}

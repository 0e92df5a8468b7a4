namespace Plait.Execution;

/// <summary>The done-callbacks of one future: run one after another, in the order of adding, on one thread-pool thread at a time.</summary>
internal sealed class FutureCallbacks : FutureObserver, IThreadPoolWorkItem
{
    // Guarded by itself.
    private readonly Queue<Delegate> _waiting = new();
    private Future? _done;
    private bool _isRunning;

    public void Add(Delegate callback)
    {
        bool isDone;
        lock (_waiting)
        {
            _waiting.Enqueue(callback);
            isDone = _done is not null;
        }

        if (isDone)
        {
            Run();
        }
    }

    public override void OnDone(Future future)
    {
        lock (_waiting)
        {
            _done = future;
        }

        Run();
    }

    private void Run()
    {
        lock (_waiting)
        {
            if (_isRunning || _waiting.Count == 0)
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
            Delegate next;
            lock (_waiting)
            {
                if (!_waiting.TryDequeue(out next!))
                {
                    _isRunning = false;
                    return;
                }
            }

            try
            {
                _done!.Call(next);
            }
            catch (Exception error)
            {
                // Anything a user's callback throws: the next ones run all the same.
                Future.ReportCallbackFailure(_done!, error);
            }
        }
    }
}

namespace Plait.Execution;

/// <summary>The done-callbacks of one future: run one after another, in the order of adding, on one thread-pool thread at a time.</summary>
internal sealed class FutureCallbacks(Future future) : IThreadPoolWorkItem
{
    // Guarded by itself.
    private readonly Queue<Delegate> _waiting = new();
    private bool _isRunning;

    public void Add(Delegate callback)
    {
        lock (_waiting)
        {
            _waiting.Enqueue(callback);
        }

        // The lock above is the full fence between storing the callback and looking at the end: pairs with Future.Publish.
        if (future.IsDone)
        {
            Run();
        }
    }

    public void Run()
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
                future.Call(next);
            }
            catch (Exception error)
            {
                // Anything a user's callback throws: the next ones run all the same.
                Future.ReportCallbackFailure(future, error);
            }
        }
    }
}

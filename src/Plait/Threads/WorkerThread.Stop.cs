namespace Plait.Threads;

public partial class WorkerThread
{
    /// <summary>Cancelled by <see cref="RequestStop"/>. A function that takes a token is given this one; any other finds it at <see cref="Current"/>.</summary>
    public CancellationToken Cancellation
    {
        get
        {
            lock (_gate)
            {
                if (_stop is null)
                {
                    _stop = new CancellationTokenSource();
                    if (_isStopRequested)
                    {
                        _stop.Cancel();
                    }
                }

                return _stop.Token;
            }
        }
    }

    /// <summary>Asks the function to stop: cancels <see cref="Cancellation"/>. Cooperative: the function decides. What is registered with the token runs in this call. Does nothing to a thread that has ended.</summary>
    /// <exception cref="InvalidOperationException">The thread has not been started, or not by this class.</exception>
    /// <exception cref="AggregateException">Something registered with the token threw.</exception>
    public void RequestStop()
    {
        _ = Joinable();
        CancellationTokenSource? stop;
        lock (_gate)
        {
            if (_ended.IsSet)
            {
                return;
            }

            _isStopRequested = true;
            stop = _stop;
        }

        stop?.Cancel();
    }
}

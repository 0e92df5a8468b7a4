namespace Plait.Threads;

/// <summary>What <see cref="WorkerThread.UnhandledException"/> tells: the exception of a thread's function that nobody handled.</summary>
public sealed class UnhandledThreadExceptionEventArgs : EventArgs
{
    internal UnhandledThreadExceptionEventArgs(WorkerThread thread, Exception exception)
    {
        Thread = thread;
        Exception = exception;
    }

    /// <summary>The thread whose function threw.</summary>
    public WorkerThread Thread { get; }

    /// <summary>What it threw.</summary>
    public Exception Exception { get; }
}

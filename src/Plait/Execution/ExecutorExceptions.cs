namespace Plait.Execution;

/// <summary>An executor was full, and made to refuse work then.</summary>
public sealed class ExecutorFullException : InvalidOperationException
{
    internal ExecutorFullException(string executor, int limit)
        : base($"Executor '{executor}' has {limit} pending tasks, its limit. Wait for some (WaitForRoomAsync), raise the limit, or make it wait when full.")
    {
    }
}

/// <summary>An executor was shut down before the call.</summary>
public sealed class ExecutorClosedException : InvalidOperationException
{
    internal ExecutorClosedException(string executor)
        : base($"Executor '{executor}' was shut down and takes no more work. Submit before the shutdown, or make another executor.")
    {
    }
}

/// <summary>An executor gave up, because its workers cannot be started or end before they can work. Everything pending ended with this too.</summary>
public sealed class ExecutorBrokenException : InvalidOperationException
{
    internal ExecutorBrokenException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

namespace Plait.Execution;

/// <summary>A task gained more memory than its <see cref="TaskOptions.MemoryLimit"/> and was stopped. Its worker was ended and is replaced; no other task was harmed.</summary>
public sealed class MemoryLimitExceededException : Exception
{
    internal MemoryLimitExceededException(string taskName, long limit, long gained)
        : base($"Task '{taskName}' was stopped: its worker had gained {gained} bytes of memory while it ran, and its limit is {limit}. Raise its MemoryLimit, or have it work on less at a time.")
    {
        TaskName = taskName;
        Limit = limit;
        Gained = gained;
    }

    /// <summary>What the task is called.</summary>
    public string TaskName { get; }

    /// <summary>Its limit in bytes.</summary>
    public long Limit { get; }

    /// <summary>The bytes of resident memory that its worker had gained since the task was sent to it, when that was looked at.</summary>
    public long Gained { get; }
}

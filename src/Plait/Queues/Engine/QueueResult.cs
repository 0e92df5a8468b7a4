namespace Plait.Queues.Engine;

/// <summary>How an operation on a queue ended that does not wait.</summary>
internal enum QueueResult
{
    Done,

    /// <summary>It is full, or empty.</summary>
    NotNow,

    ShutDown,

    /// <summary>What is in the slot makes no sense, or the item says that it cannot be read so.</summary>
    Refused,
}

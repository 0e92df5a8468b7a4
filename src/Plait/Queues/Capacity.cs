namespace Plait.Queues;

/// <summary>How many items a queue takes.</summary>
public static class Capacity
{
    /// <summary>
    /// No limit on the items. The queue grows as it fills: in a process scope up to <see cref="QueueOptions.MostBytes"/>, then it is full; in
    /// a thread scope as far as memory goes, up to 1,073,741,824 items.
    /// </summary>
    public const int Unbounded = -1;
}

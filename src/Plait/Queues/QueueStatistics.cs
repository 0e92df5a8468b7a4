namespace Plait.Queues;

/// <summary>What has happened to a queue so far, in all processes. The numbers are read one after the other while others change them.</summary>
/// <param name="Puts">Items that were put.</param>
/// <param name="Gets">Items that were got.</param>
/// <param name="Count">Items that are in it.</param>
/// <param name="UnfinishedTasks">Items that were put and are not done.</param>
/// <param name="Abandoned">Items that processes had got and not said to be done when they ended.</param>
/// <param name="Redelivered">Items that came back from holders that died or gave them back.</param>
/// <param name="WaitingGetters">Units that wait for an item.</param>
/// <param name="WaitingPutters">Units that wait for room.</param>
/// <param name="GetWaits">Waits for an item that began.</param>
/// <param name="PutWaits">Waits for room that began.</param>
/// <param name="TotalGetWait">The time of all ended waits for an item.</param>
/// <param name="TotalPutWait">The time of all ended waits for room.</param>
/// <param name="LongestGetWait">The longest ended wait for an item.</param>
/// <param name="LongestPutWait">The longest ended wait for room.</param>
public readonly record struct QueueStatistics(
    long Puts,
    long Gets,
    int Count,
    int UnfinishedTasks,
    long Abandoned,
    long Redelivered,
    int WaitingGetters,
    int WaitingPutters,
    long GetWaits,
    long PutWaits,
    TimeSpan TotalGetWait,
    TimeSpan TotalPutWait,
    TimeSpan LongestGetWait,
    TimeSpan LongestPutWait);

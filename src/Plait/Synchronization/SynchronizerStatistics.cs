namespace Plait.Synchronization;

/// <summary>What has happened to a primitive since it was made, in all processes. Counters may lag a moment while it is in use.</summary>
/// <param name="Acquisitions">Times it was acquired or passed; for a lock one for every hold, for a barrier one for every round.</param>
/// <param name="Waits">Times somebody had to go to sleep for it.</param>
/// <param name="Waiting">Agents that wait for it now.</param>
/// <param name="TotalWait">How long all ended waits took together.</param>
/// <param name="LongestWait">The longest of them.</param>
/// <param name="Timeouts">Waits that were given up: out of time, or cancelled.</param>
/// <param name="Abandonments">Holders, and parties, that died or ended without releasing.</param>
public readonly record struct SynchronizerStatistics(
    long Acquisitions, long Waits, int Waiting, TimeSpan TotalWait, TimeSpan LongestWait, long Timeouts, long Abandonments);

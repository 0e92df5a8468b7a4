namespace Plait.Execution;

/// <summary>How far a map has come.</summary>
/// <param name="Done">Items that have ended, the failed ones included.</param>
/// <param name="Failed">Those of them that failed for good.</param>
/// <param name="Running">Items handed to the executor that have not ended.</param>
/// <param name="Total">Items there are; null while the input does not say.</param>
/// <param name="Elapsed">Time since the enumeration began.</param>
public readonly record struct MapProgress(long Done, long Failed, long Running, long? Total, TimeSpan Elapsed);

namespace Plait.Coroutines;

/// <summary>Numbers of a loop, of one moment.</summary>
/// <param name="Coroutines">That have not ended.</param>
/// <param name="Started">That were ever spawned.</param>
/// <param name="Steps">That were run.</param>
/// <param name="Waiting">Steps that wait for their turn.</param>
/// <param name="Timers">That are set: sleeps and scopes of time.</param>
/// <param name="Sleeps">Times the loop had nothing to do, and slept.</param>
/// <param name="BlockedSteps">Steps that took longer than <see cref="EventLoopOptions.BlockedAfter"/>.</param>
public readonly record struct EventLoopStatistics(int Coroutines, long Started, long Steps, int Waiting, int Timers, long Sleeps, long BlockedSteps);

namespace Plait.Synchronization;

/// <summary>What a timer has done, and does, at one moment.</summary>
/// <param name="IsRunning">Whether it counts down to its next callback, or will when the one under way has ended.</param>
/// <param name="IsExecuting">Whether its callback is under way.</param>
/// <param name="Fired">Callbacks begun.</param>
/// <param name="Failed">Callbacks that threw.</param>
/// <param name="Skipped">Beats of a periodic timer that passed while the callback before them was still under way.</param>
/// <param name="Cancelled">Calls of Cancel that returned true.</param>
public readonly record struct RestartableTimerStatistics(bool IsRunning, bool IsExecuting, long Fired, long Failed, long Skipped, long Cancelled);

namespace Plait.Processes;

/// <summary>One worker of an executor, at one moment.</summary>
/// <param name="Id">Its number within the executor, never used again.</param>
/// <param name="Pid">Its process.</param>
/// <param name="Name">Its name in messages and process listings.</param>
/// <param name="State">What it does.</param>
/// <param name="TasksDone">Tasks it has ended.</param>
/// <param name="Task">The name of the task it runs; null when it runs none.</param>
/// <param name="TaskTime">For how long it has run that task.</param>
/// <param name="Age">Time since its process was started.</param>
/// <param name="BusyTime">Time it has spent in functions.</param>
public sealed record WorkerInfo(int Id, int Pid, string Name, WorkerState State, long TasksDone, string? Task, TimeSpan TaskTime, TimeSpan Age, TimeSpan BusyTime);

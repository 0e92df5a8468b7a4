using Plait.Execution;
using Plait.Processes.Pooling;

namespace Plait.Processes;

/// <summary>How a <see cref="HybridExecutor"/> works. Copied when the executor is made: later changes have no effect on it.</summary>
public sealed class HybridExecutorOptions : PooledExecutorOptions
{
    private const int MostTasks = 1_000;

    /// <summary>How many processes. Default: 0, the processors this process may use.</summary>
    public int Processes { get; set; }

    /// <summary>How many tasks each process runs at once, 1 to 1,000, each on a thread of its own that is made when it is first needed. Default: 5, as many as a <see cref="ThreadExecutor"/> has for each processor.</summary>
    public int TasksPerProcess { get; set; } = 5;

    // Tasks that run side by side cannot be told apart by what they leave behind, so that is kept.
    internal override PoolShape ToShape() => new() { Workers = Processes, TasksAtOnce = TasksPerProcess, Leftovers = LeftoverPolicy.Keep };

    private protected override void Validate()
    {
        base.Validate();
        ThrowUnless(Processes is >= 0 and <= 10_000, nameof(Processes), Processes, "An executor has 1 to 10,000 processes; 0 means as many as there are processors.");
        ThrowUnless(TasksPerProcess is >= 1 and <= MostTasks, nameof(TasksPerProcess), TasksPerProcess, $"A process runs 1 to {MostTasks} tasks at once, each on a thread. For more, take more processes.");
    }
}

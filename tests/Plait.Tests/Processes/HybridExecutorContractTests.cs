using Plait.Execution;
using Plait.Processes;
using Plait.Processes.Pooling;
using Plait.Tests.Execution;

namespace Plait.Tests.Processes;

/// <summary>The contract of executors, kept by <see cref="HybridExecutor"/>: two tasks in each process, where there are two.</summary>
public sealed class HybridExecutorContractTests : BackgroundExecutorContract
{
    protected override bool CanIsolate => true;

    protected override int FurthestAhead => StreamCall.Window;

    protected override int Initializations(int workers) => Math.Max(1, workers / 2);

    protected override IExecutor Create(ExecutorSettings settings) => new HybridExecutor(new HybridExecutorOptions
    {
        Processes = Math.Max(1, settings.Workers / 2),
        TasksPerProcess = Math.Min(2, settings.Workers),
        Spares = 0,
        QueueLimit = settings.QueueLimit,
        WhenFull = settings.RefusesWhenFull ? FullBehavior.Reject : FullBehavior.Wait,
        Grace = settings.Grace,
        Initializer = settings.Initializer,
        DisposeTimeout = settings.DisposeTimeout,
    });
}

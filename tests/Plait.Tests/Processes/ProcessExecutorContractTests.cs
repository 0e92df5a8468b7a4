using Plait.Execution;
using Plait.Processes;
using Plait.Processes.Pooling;
using Plait.Tests.Execution;

namespace Plait.Tests.Processes;

/// <summary>The contract of executors, kept by <see cref="ProcessExecutor"/>.</summary>
public sealed class ProcessExecutorContractTests : KillingExecutorContract
{
    protected override bool CanIsolate => true;

    protected override int FurthestAhead => StreamCall.Window;

    protected override IExecutor Create(ExecutorSettings settings) => new ProcessExecutor(new ProcessExecutorOptions
    {
        Workers = settings.Workers,
        Spares = 0,
        QueueLimit = settings.QueueLimit,
        WhenFull = settings.RefusesWhenFull ? FullBehavior.Reject : FullBehavior.Wait,
        Grace = settings.Grace,
        Initializer = settings.Initializer,
        DisposeTimeout = TimeSpan.FromSeconds(10),
    });
}

using Plait.Execution;
using Plait.Processes;
using Plait.Processes.Pooling;
using Plait.Scheduling;
using Plait.Tests.Execution;

namespace Plait.Tests.Processes;

/// <summary>The contract of executors for a <see cref="ProcessExecutor"/>, with a policy or without.</summary>
public abstract class ProcessExecutorContract(Func<SchedulingPolicy?> createPolicy) : KillingExecutorContract
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
        DisposeTimeout = settings.DisposeTimeout,
        Policy = createPolicy(),
    });
}

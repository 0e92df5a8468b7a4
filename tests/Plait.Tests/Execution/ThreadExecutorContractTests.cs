using Plait.Execution;
using Plait.Execution.Local;

namespace Plait.Tests.Execution;

/// <summary>The contract of executors, kept by <see cref="ThreadExecutor"/>.</summary>
public sealed class ThreadExecutorContractTests : BackgroundExecutorContract
{
    protected override int FurthestAhead => LocalStream<int>.Window + 2;

    protected override IExecutor Create(ExecutorSettings settings) => new ThreadExecutor(new ThreadExecutorOptions
    {
        Workers = settings.Workers,
        QueueLimit = settings.QueueLimit,
        WhenFull = settings.RefusesWhenFull ? FullBehavior.Reject : FullBehavior.Wait,
        Grace = settings.Grace,
        Initializer = settings.Initializer,
        MeasuresTasks = settings.MeasuresTasks,
        DisposeTimeout = settings.DisposeTimeout,
    });
}

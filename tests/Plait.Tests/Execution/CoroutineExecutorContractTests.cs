using Plait.Execution;
using Plait.Execution.Local;

namespace Plait.Tests.Execution;

/// <summary>The contract of executors, kept by <see cref="CoroutineExecutor"/>: its functions block, so there is a loop for each that may run.</summary>
public sealed class CoroutineExecutorContractTests : BackgroundExecutorContract
{
    protected override int FurthestAhead => LocalStream<int>.Window + 2;

    protected override IExecutor Create(ExecutorSettings settings) => new CoroutineExecutor(new CoroutineExecutorOptions
    {
        Loops = settings.Workers,
        TasksPerLoop = 1,
        QueueLimit = settings.QueueLimit,
        WhenFull = settings.RefusesWhenFull ? FullBehavior.Reject : FullBehavior.Wait,
        Grace = settings.Grace,
        Initializer = settings.Initializer,
        MeasuresTasks = settings.MeasuresTasks,
        BlockedAfter = Timeout.InfiniteTimeSpan,
        DisposeTimeout = settings.DisposeTimeout,
    });
}

using Plait.Execution;
using Plait.Processes;
using Plait.Tests.Execution;

namespace Plait.Tests.Processes;

/// <summary>A pool of processes that run two tasks at once.</summary>
public sealed class HybridPoolContractTests : PoolContract
{
    protected override bool CanIsolate => true;

    protected override IExecutor Create(int workers) => new HybridExecutor(new HybridExecutorOptions
    {
        Processes = Math.Max(1, workers / 2),
        TasksPerProcess = Math.Min(2, workers),
        Spares = 0,
        Grace = TimeSpan.FromMilliseconds(100),
    });
}

using Plait.Execution;
using Plait.Processes;
using Plait.Tests.Execution;

namespace Plait.Tests.Processes;

/// <summary>A pool of processes.</summary>
public sealed class ProcessPoolContractTests : PoolContract
{
    protected override bool CanIsolate => true;

    protected override IExecutor Create(int workers) => new ProcessExecutor(new ProcessExecutorOptions { Workers = workers, Spares = 0, Grace = TimeSpan.FromMilliseconds(100) });
}

using Plait.Execution;

namespace Plait.Tests.Execution;

/// <summary>A pool of threads.</summary>
public sealed class ThreadPoolContractTests : PoolContract
{
    protected override IExecutor Create(int workers) => new ThreadExecutor(new ThreadExecutorOptions { Workers = workers, Grace = TimeSpan.FromMilliseconds(100) });
}

using Plait.Execution;

namespace Plait.Tests.Execution;

/// <summary>The contract of executors, kept by <see cref="InlineExecutor"/>.</summary>
public sealed class InlineExecutorContractTests : ExecutorContract
{
    protected override IExecutor Create(ExecutorSettings settings) => new InlineExecutor();
}

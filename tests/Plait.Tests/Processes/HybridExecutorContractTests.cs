using Plait.Processes;

namespace Plait.Tests.Processes;

/// <summary>The contract of executors, kept by <see cref="HybridExecutor"/>.</summary>
public sealed class HybridExecutorContractTests() : HybridExecutorContract(static () => null);

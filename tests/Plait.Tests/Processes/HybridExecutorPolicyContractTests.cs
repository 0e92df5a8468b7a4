using Plait.Processes;
using Plait.Scheduling;

namespace Plait.Tests.Processes;

/// <summary>The contract of executors, kept by <see cref="HybridExecutor"/> under a policy: among equals one goes by the order of submission too.</summary>
public sealed class HybridExecutorPolicyContractTests() : HybridExecutorContract(static () => new PriorityPolicy());

using Plait.Processes;
using Plait.Scheduling;

namespace Plait.Tests.Processes;

/// <summary>The contract of executors, kept by <see cref="ProcessExecutor"/> under a policy: among equals one goes by the order of submission too.</summary>
public sealed class ProcessExecutorPolicyContractTests() : ProcessExecutorContract(static () => new PriorityPolicy());

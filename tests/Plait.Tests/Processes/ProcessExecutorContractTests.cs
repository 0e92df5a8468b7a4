using Plait.Processes;

namespace Plait.Tests.Processes;

/// <summary>The contract of executors, kept by <see cref="ProcessExecutor"/>.</summary>
public sealed class ProcessExecutorContractTests() : ProcessExecutorContract(static () => null);

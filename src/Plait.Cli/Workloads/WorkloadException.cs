namespace Plait.Cli.Workloads;

/// <summary>A workload that cannot be read: the line, and what is wrong there.</summary>
internal sealed class WorkloadException(int line, string reason) : Exception(reason)
{
    public int Line { get; } = line;
}

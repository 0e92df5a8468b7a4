namespace Plait.Cli.Chapters;

/// <summary>The parts of the tour, in teaching order; a chapter's folder has the same subject.</summary>
internal static class Parts
{
    public const string Theory = "Theory";
    public const string Processes = "Processes";
    public const string ProcessPool = "Process pool";
    public const string LocksAndThreads = "Locks and threads";
    public const string Queues = "Queues";
    public const string Pools = "Pools";
    public const string CoroutinesAndIO = "Coroutines and I/O";
    public const string Cluster = "Cluster";

    public static IReadOnlyList<string> InOrder { get; } = [Theory, Processes, ProcessPool, LocksAndThreads, Queues, Pools, CoroutinesAndIO, Cluster];
}

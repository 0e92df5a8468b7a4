using Plait.Interop;

namespace Plait.Processes;

/// <summary>The process that asks: <see cref="ChildProcess.Current"/>. The main process has one too.</summary>
public sealed class CurrentProcess
{
    private readonly CallTokens _tokens;

    internal CurrentProcess(string name, int parentPid, int depth, bool isDaemon, bool runsSeveral = false)
    {
        _tokens = new CallTokens(runsSeveral);
        Name = name;
        ParentPid = parentPid;
        Depth = depth;
        IsDaemon = isDaemon;
    }

    /// <summary>"main" in the main process, else the name the child was given.</summary>
    public string Name { get; }

    /// <summary>This process's id.</summary>
    public int Pid => ProcessCalls.CurrentPid;

    /// <summary>The id of the process that started this one.</summary>
    public int ParentPid { get; }

    /// <summary>How many generations of children lie above: 0 in the main process, at most 10.</summary>
    public int Depth { get; }

    /// <summary>Whether this is the process the program was started as, not a child made by Plait.</summary>
    public bool IsMain => Depth == 0;

    /// <summary>Whether this child was started as a daemon.</summary>
    public bool IsDaemon { get; }

    /// <summary>
    /// Cancelled when the parent calls <see cref="ChildProcess.Cancel"/>, or when a token it passed to the function is cancelled; in a worker of an
    /// executor, when the running task is cancelled or runs out of time: each task has a token of its own. Never in the main process.
    /// </summary>
    public CancellationToken Cancellation => _tokens.Current;

    /// <summary>The processors this process may use: its affinity and control group quota, and in a worker of an executor its share of them.</summary>
    internal int Processors => ProcessorShare > 0 ? Math.Min(ProcessorShare, Environment.ProcessorCount) : Environment.ProcessorCount;

    /// <summary>What the parent granted; 0 for all there are.</summary>
    internal int ProcessorShare { get; init; }

    /// <summary>Name and pid.</summary>
    public override string ToString() => $"'{Name}' (pid {Pid})";

    /// <summary>The cancellation of what runs here.</summary>
    internal CallTokens Tokens => _tokens;
}

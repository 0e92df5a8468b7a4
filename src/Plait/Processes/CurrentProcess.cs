using Plait.Interop;

namespace Plait.Processes;

/// <summary>The process that asks: <see cref="ChildProcess.Current"/>. The main process has one too.</summary>
public sealed class CurrentProcess
{
    private readonly CancellationTokenSource _cancellation = new();

    internal CurrentProcess(string name, int parentPid, int depth, bool isDaemon)
    {
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

    /// <summary>Cancelled when the parent calls <see cref="ChildProcess.Cancel"/>, or when a token it passed to the function is cancelled. Never in the main process.</summary>
    public CancellationToken Cancellation => _cancellation.Token;

    /// <summary>Name and pid.</summary>
    public override string ToString() => $"'{Name}' (pid {Pid})";

    // Callbacks are user code and may block: never on the lifeline thread.
    internal void Cancel() => ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), _cancellation, preferLocal: false);
}

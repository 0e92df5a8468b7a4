using Plait.Interop;
using Plait.Memory;

namespace Plait.Processes;

/// <summary>The process that asks: <see cref="ChildProcess.Current"/>. The main process has one too.</summary>
public sealed class CurrentProcess
{
    private readonly Lock _gate = new();

    // Guarded by _gate: the source of the running call, made when its token is first asked for, and which call that is.
    private CancellationTokenSource? _cancellation;
    private HashSet<long>? _cancelledAhead;
    private long _call;
    private bool _isCallCancelled;
    private bool _isCancelled;

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

    /// <summary>
    /// Cancelled when the parent calls <see cref="ChildProcess.Cancel"/>, or when a token it passed to the function is cancelled; in a worker of an
    /// executor, when the running task is cancelled or runs out of time. Never in the main process.
    /// </summary>
    public CancellationToken Cancellation
    {
        get
        {
            lock (_gate)
            {
                if (_cancellation is null)
                {
                    _cancellation = new CancellationTokenSource();
                    if (_isCancelled || _isCallCancelled)
                    {
                        _cancellation.Cancel();
                    }
                }

                return _cancellation.Token;
            }
        }
    }

    /// <summary>The processors this process may use: its affinity and control group quota, and in a worker of an executor its share of them.</summary>
    internal int Processors => ProcessorShare > 0 ? Math.Min(ProcessorShare, Environment.ProcessorCount) : Environment.ProcessorCount;

    /// <summary>What the parent granted; 0 for all there are.</summary>
    internal int ProcessorShare { get; init; }

    /// <summary>Name and pid.</summary>
    public override string ToString() => $"'{Name}' (pid {Pid})";

    /// <summary>The next call begins, known by its claim: with a token of its own, cancelled already if the parent said so while the call waited.</summary>
    internal void BeginCall(long claim)
    {
        lock (_gate)
        {
            _call = claim;
            _cancellation = null;
            _isCallCancelled = false;
            if (_cancelledAhead is { Count: > 0 })
            {
                // Some were taken back and never came: whatever is not after this one goes.
                _isCallCancelled = _cancelledAhead.Remove(claim);
                _cancelledAhead.RemoveWhere(other => !IsAhead(other));
            }
        }
    }

    /// <summary>Cancels whatever runs, now and from now on.</summary>
    internal void Cancel()
    {
        lock (_gate)
        {
            _isCancelled = true;
            Cancel_UnderLock();
        }
    }

    /// <summary>Cancels one call: running, yet to come, or over already.</summary>
    internal void Cancel(long claim)
    {
        lock (_gate)
        {
            if (claim == _call)
            {
                _isCallCancelled = true;
                Cancel_UnderLock();
            }
            else if (IsAhead(claim))
            {
                _cancelledAhead ??= [];
                _cancelledAhead.Add(claim);
            }
        }
    }

    // By number alone: a call that is ahead may have been sent before or after a withdrawal.
    private bool IsAhead(long claim) => ((ulong)claim & ChannelState.NumberMask) > ((ulong)_call & ChannelState.NumberMask);

    // Callbacks are user code and may block: never on the lifeline thread.
    private void Cancel_UnderLock()
    {
        if (_cancellation is { } source)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), source, preferLocal: false);
        }
    }
}

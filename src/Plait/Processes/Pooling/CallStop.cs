using Plait.Interop;

namespace Plait.Processes.Pooling;

/// <summary>A call that is to stop in its worker, and how far that is. Guarded by the pool's gate.</summary>
internal sealed class CallStop(PooledCall call)
{
    // Which of its attempts is to stop: the next one may be in the same worker.
    private readonly long _claim = call.Claim;

    public PooledCall Call => call;

    /// <summary>0: nothing was done yet. 1: its token is cancelled. 2: its worker was told to end.</summary>
    public int Steps { get; set; }

    /// <summary>When the next step is due.</summary>
    public long Deadline { get; set; } = MonotonicClock.Never;

    /// <summary>Whether that attempt has stopped by itself, or was given up.</summary>
    public bool IsOverIn(PooledWorker worker) => call.Claim != _claim || worker.CallAt(call.Number) != call;
}

using Plait.Interop;
using Plait.Scheduling;

namespace Plait.Processes.Pooling;

/// <summary>Where a run stands. Guarded by the pool's gate. Specification: docs/design/slices.md.</summary>
internal enum SliceStage
{
    /// <summary>It is to begin as soon as it is its turn; it has no worker yet.</summary>
    Admitted,

    /// <summary>It has one of the slices that there are, and runs.</summary>
    Running,

    /// <summary>It is stopped until it is its turn.</summary>
    Stopped,

    /// <summary>It waits for somebody else, in a primitive that processes share: it has no slice, and is not stopped either.</summary>
    Blocked,
}

/// <summary>One attempt of a call, as the policy sees it that shares out the processors among those that have begun.</summary>
internal sealed class SlicedRun(PooledCall call) : SchedulingEntry
{
    public PooledCall Call { get; } = call;

    public SliceStage Stage { get; set; }

    /// <summary>SIGSTOP was sent, and it is not known yet whether it may stay stopped. Beside <see cref="SliceStage.Running"/> or <see cref="SliceStage.Blocked"/>.</summary>
    public bool IsStopping { get; set; }

    /// <summary>How often it was looked whether it stands still, in this attempt to stop it.</summary>
    public int Looks { get; set; }

    /// <summary>When it was last told to run.</summary>
    public long Began { get; set; }

    /// <summary>When its slice is over.</summary>
    public long SliceEnd { get; set; } = MonotonicClock.Never;

    /// <summary>It could not stay stopped: not to be tried again before.</summary>
    public long NotBefore { get; set; }

    /// <summary>When it was last told to stop.</summary>
    public long StoppedAt { get; set; }

    /// <summary>It stays stopped.</summary>
    public bool IsStopped => Stage == SliceStage.Stopped;

    /// <summary>It stands still, or will in a moment.</summary>
    public bool IsStill => IsStopping || IsStopped;

    public override string? Name => Call.Options.Name;

    public override int Priority => Call.Options.Priority;

    public override long ExpectedCost => SchedulingTime.Of(Call.Options.ExpectedCost);

    public override int Weight => Call.Options.Weight;

    public override string? ShareClass => Call.Options.ShareClass;
}

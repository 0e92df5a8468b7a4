using Plait.Interop;

namespace Plait.Net.Rings;

/// <summary>Something that the kernel is asked to do, again and again, one at a time. On the loop's thread. Specification: docs/design/proactor.md.</summary>
internal abstract class RingOperation
{
    /// <summary>What comes back with its completions. Belongs to the poller.</summary>
    public int Slot { get; set; }

    /// <summary>From its submission to its last completion: what it was given is the kernel's. Belongs to the poller.</summary>
    public bool IsInFlight { get; set; }

    /// <summary>Others of the same descriptor, which end with it. Null for none.</summary>
    public RingOperation? Companion { get; init; }

    /// <summary>The kernel has done it, or a part. Runs no code of users: it may come in the middle of anything that waits for the end of another one.</summary>
    public abstract void OnCompleted(in RingCompletion completion);
}

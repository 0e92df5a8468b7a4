using Plait.Interop;
using Plait.Scheduling;

namespace Plait.Execution.Local;

/// <summary>A task as a policy sees it.</summary>
internal sealed class LocalEntry(ILocalTask task) : SchedulingEntry, IInboxItem<LocalEntry>
{
    // A tick is 100 ns.
    private const long TickNanoseconds = 100;

    public ILocalTask Task { get; } = task;

    /// <summary>When it came; the policy hears of it a little later.</summary>
    public long AddedAt { get; } = MonotonicClock.Now;

    /// <summary>The thread that holds the stack of a task that has begun and waits for another turn; null for one that has not begun, or runs. Guarded by the order.</summary>
    public LocalWorker? Parked { get; set; }

    /// <inheritdoc cref="IInboxItem{T}.Next"/>
    LocalEntry? IInboxItem<LocalEntry>.Next { get; set; }

    public override string? Name => Task.Options.Name;

    public override int Priority => Task.Options.Priority;

    public override long ExpectedCost => Math.Min(Task.Options.ExpectedCost.Ticks, long.MaxValue / TickNanoseconds) * TickNanoseconds;

    public override int Weight => Task.Options.Weight;

    public override string? ShareClass => Task.Options.ShareClass;
}

using System.Diagnostics.CodeAnalysis;

namespace Plait.Scheduling;

/// <summary>
/// The order in which entries run. A policy has no clock and no thread: it is told what happens and when, and answers who runs next and
/// for how long at most. The same object drives a simulation or an executor, one of them at a time. It is not safe for
/// use by several threads at once: who shares it calls it inside a lock of its own. No call blocks.
/// </summary>
/// <remarks>
/// <para>The life of an entry: <see cref="Add"/>, then any number of rounds of <see cref="TryTake"/> followed by <see cref="Requeue"/>
/// (stopped, and could go on) or <see cref="Block"/> and later <see cref="Wake"/>, and at last <see cref="Finish"/>, or
/// <see cref="TryRemove"/> while it waits. Anything else is an <see cref="InvalidOperationException"/>.</para>
/// <para>Times are in nanoseconds (<see cref="SchedulingTime"/>) on one clock that does not go back; any other unit does as well if quanta and
/// costs are in it too. What happens at the same time is told in this order: what stopped running, arrivals, wake-ups; then one takes.</para>
/// <para>Policies are a few pointer changes an operation (first come, round robin, multilevel feedback) or logarithmic in the number of
/// waiting entries (cost, priority, deadlines, lottery). None allocates an operation, beyond arrays that grow with the number of
/// waiting entries.</para>
/// </remarks>
public abstract class SchedulingPolicy
{
    /// <summary>What it is called in tables and messages.</summary>
    public abstract string Name { get; }

    /// <summary>How many entries wait to be taken.</summary>
    public int Count { get; private set; }

    /// <summary>Whether <see cref="Preempts"/> is ever true: where it is not, nobody need ask.</summary>
    public virtual bool IsPreemptive => false;

    /// <summary>An entry arrives and could run.</summary>
    /// <param name="entry">An entry that is in no policy.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="InvalidOperationException">The entry is in a policy.</exception>
    public void Add(SchedulingEntry entry, long now)
    {
        Move(entry, EntryState.Outside, EntryState.Waiting);
        Count++;
        OnAdded(entry, now);
    }

    /// <summary>Who runs next, and for how long at most.</summary>
    /// <param name="now">The time.</param>
    /// <param name="entry">The entry, which no longer waits; its user brings it back with <see cref="Requeue"/>, <see cref="Block"/> or <see cref="Finish"/>.</param>
    /// <param name="slice">The time after which it is to be stopped and brought back, or <see cref="SchedulingTime.Unlimited"/>. Always positive.</param>
    /// <returns>False when no entry waits.</returns>
    public bool TryTake(long now, [NotNullWhen(true)] out SchedulingEntry? entry, out long slice)
    {
        if (Count == 0)
        {
            entry = null;
            slice = 0;
            return false;
        }

        entry = OnTake(now, out slice);
        Count--;
        Move(entry, EntryState.Waiting, EntryState.Running);
        return true;
    }

    /// <summary>An entry that was taken was stopped, and could go on. If its slice is used up it takes its turn again; if not, it was preempted and keeps its place and the rest of its slice.</summary>
    /// <param name="entry">An entry that was taken.</param>
    /// <param name="ran">The time it has run since it was taken: 0 or more, and more than its slice if it was stopped late.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="InvalidOperationException">The entry was not taken.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time it ran is negative.</exception>
    public void Requeue(SchedulingEntry entry, long ran, long now)
    {
        CheckRan(ran);
        Move(entry, EntryState.Running, EntryState.Waiting);
        Count++;
        OnRequeued(entry, ran, now);
    }

    /// <summary>An entry that was taken waits for something else than a processor.</summary>
    /// <param name="entry">An entry that was taken.</param>
    /// <param name="ran">The time it has run since it was taken, 0 or more.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="InvalidOperationException">The entry was not taken.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time it ran is negative.</exception>
    public void Block(SchedulingEntry entry, long ran, long now)
    {
        CheckRan(ran);
        Move(entry, EntryState.Running, EntryState.Blocked);
        OnBlocked(entry, ran, now);
    }

    /// <summary>A blocked entry could run again.</summary>
    /// <param name="entry">An entry that was blocked.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="InvalidOperationException">The entry is not blocked.</exception>
    public void Wake(SchedulingEntry entry, long now)
    {
        Move(entry, EntryState.Blocked, EntryState.Waiting);
        Count++;
        OnWoken(entry, now);
    }

    /// <summary>An entry that was taken has ended, and leaves the policy.</summary>
    /// <param name="entry">An entry that was taken.</param>
    /// <param name="ran">The time it has run since it was taken, 0 or more.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="InvalidOperationException">The entry was not taken.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time it ran is negative.</exception>
    public void Finish(SchedulingEntry entry, long ran, long now)
    {
        CheckRan(ran);
        Move(entry, EntryState.Running, EntryState.Outside);
        OnFinished(entry, ran, now);
    }

    /// <summary>Withdraws an entry that waits; it leaves the policy. The caller knows that it was added to this one.</summary>
    /// <param name="entry">An entry of this policy, or one that is in none.</param>
    /// <returns>Whether it waited. If not, it runs, is blocked or has left.</returns>
    public bool TryRemove(SchedulingEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry.State != EntryState.Waiting)
        {
            return false;
        }

        Move(entry, EntryState.Waiting, EntryState.Outside);
        Count--;
        OnRemoved(entry);
        return true;
    }

    /// <summary>Whether an entry that waits should have the processor of one that runs, at once. Equals never preempt each other. Only compares: nothing changes.</summary>
    /// <param name="waiting">An entry that waits, or was just taken and could run.</param>
    /// <param name="running">An entry that was taken and runs.</param>
    /// <param name="ran">The time <paramref name="running"/> has run since it was taken.</param>
    /// <param name="now">The time.</param>
    /// <returns>Whether the running one should be stopped and brought back with <see cref="Requeue"/>.</returns>
    public virtual bool Preempts(SchedulingEntry waiting, SchedulingEntry running, long ran, long now) => false;

    /// <summary>
    /// Another policy with the same settings and without entries, for an executor that gives out processors in slices: this one then says which
    /// waiting task begins, the other which of those that have begun go on. Null, the default, when entries of this policy run until they end.
    /// </summary>
    /// <returns>A policy with entries of its own, or null.</returns>
    protected internal virtual SchedulingPolicy? CreateForSlices() => null;

    /// <summary>An entry came for the first time. It is to be kept until it is taken or removed.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="now">The time.</param>
    protected abstract void OnAdded(SchedulingEntry entry, long now);

    /// <summary>Gives up the entry that runs next. Called only when one waits.</summary>
    /// <param name="now">The time.</param>
    /// <param name="slice">How long it may run, positive.</param>
    /// <returns>The entry.</returns>
    protected abstract SchedulingEntry OnTake(long now, out long slice);

    /// <summary>An entry came back and could go on. It is to be kept until it is taken or removed.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="ran">The time it ran since it was taken.</param>
    /// <param name="now">The time.</param>
    protected abstract void OnRequeued(SchedulingEntry entry, long ran, long now);

    /// <summary>An entry came back and cannot go on yet.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="ran">The time it ran since it was taken.</param>
    /// <param name="now">The time.</param>
    protected virtual void OnBlocked(SchedulingEntry entry, long ran, long now)
    {
    }

    /// <summary>A blocked entry can go on. It is to be kept until it is taken or removed. Default: as if it had just come.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="now">The time.</param>
    protected virtual void OnWoken(SchedulingEntry entry, long now) => OnAdded(entry, now);

    /// <summary>An entry came back and has ended.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="ran">The time it ran since it was taken.</param>
    /// <param name="now">The time.</param>
    protected virtual void OnFinished(SchedulingEntry entry, long ran, long now)
    {
    }

    /// <summary>An entry that waited is withdrawn and is to be forgotten.</summary>
    /// <param name="entry">The entry.</param>
    protected abstract void OnRemoved(SchedulingEntry entry);

    private static void Move(SchedulingEntry entry, EntryState from, EntryState to)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry.State != from)
        {
            ThrowWrongState(entry, from);
        }

        entry.State = to;
    }

    private static void CheckRan(long ran) => ArgumentOutOfRangeException.ThrowIfNegative(ran);

    [DoesNotReturn]
    private static void ThrowWrongState(SchedulingEntry entry, EntryState expected) => throw new InvalidOperationException(
        $"The entry '{entry.Name ?? entry.GetType().Name}' {Words(entry.State)}, but this call is for one that {Words(expected)}.");

    private static string Words(EntryState state) => state switch
    {
        EntryState.Waiting => "waits in a policy",
        EntryState.Running => "was taken from a policy and not brought back",
        EntryState.Blocked => "is blocked",
        _ => "is in no policy",
    };
}

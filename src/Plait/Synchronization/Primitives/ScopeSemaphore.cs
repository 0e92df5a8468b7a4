using System.Runtime.CompilerServices;
using Plait.Interop;
using Plait.Memory;
using Plait.Synchronization.Engine;

namespace Plait.Synchronization.Primitives;

/// <summary>A semaphore, bounded or not; see <see cref="SemaphoreProtocol"/>.</summary>
internal sealed unsafe class ScopeSemaphore(Scope scope, uint index) : HeldSynchronizer(scope, index), ISemaphore
{
    public int CurrentCount => Math.Max(0, Volatile.Read(ref Record->Count));

    public int? MaximumCount => Record->Limit == SemaphoreProtocol.Most ? null : Record->Limit;

    public void Release(int count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ThrowIfClosed();
        Agent self = Caller;
        Guard.Enter(Memory, Record, self);
        int before = Record->Count;
        bool fits = before <= Record->Limit - count;
        if (fits)
        {
            Shared.Store(ref Record->Count, before + count);
        }

        bool isWaitedFor = Record->QueueHead != 0;
        Guard.Exit(Record);
        if (fits && isWaitedFor)
        {
            GrantWaiters(self);
        }

        if (!fits)
        {
            throw new SynchronizationException($"{this} cannot take {count} more permits: it has {before} of at most {Record->Limit}. It was released more often than acquired.");
        }
    }

    public override bool IsHeldBy(Agent agent, ulong entry) => agent.Has(entry);

    public override bool TryRelease(Agent agent, ulong entry)
    {
        Agent self = Caller;
        Guard.Enter(Memory, Record, self);
        bool isHeld = SemaphoreProtocol.TryGive(Memory, Record, agent.Record, agent.Index, entry);
        bool isWaitedFor = Record->QueueHead != 0;
        Guard.Exit(Record);
        if (isHeld && isWaitedFor)
        {
            GrantWaiters(self);
        }

        return isHeld;
    }

    // In a second turn under the guard: a death between the two is made up for by the first waiter that looks for itself.
    private void GrantWaiters(Agent self)
    {
        CrashPoints.Hit(CrashPoint.PermitsGiven);
        Shared.Store(ref self.Record->Pending, Index);
        var woken = default(Woken);
        woken.Enter(Memory, Record, self);
        Protocol.Grant(Memory, Record, ref woken);
        woken.Exit(Memory, Record);
        Shared.Store(ref self.Record->Pending, 0);
    }

    public override bool TryHandOver(Agent agent, ulong entry, out Hold handed) => TryMove(agent, entry, out handed);

    protected override Hold Taken(Agent agent, WaitOutcome outcome, uint mode, SourcePlace site) => Entered(agent, outcome, HoldMode.Permit, site);

    public Hold Acquire(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ThrowIfClosed();
        ThrowIfCancelled(cancellationToken);
        Agent agent = Caller;
        ulong entry = TryTakePermit(agent, new SourcePlace(file, line));
        return entry != 0 ? Enter(agent, entry) : Acquire(WaitMode.Permit, new SourcePlace(file, line), cancellationToken);
    }

    public bool TryAcquire(out Hold hold, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ThrowIfClosed();
        Agent agent = Caller;
        ulong entry = TryTakePermit(agent, new SourcePlace(file, line));
        hold = entry != 0 ? Enter(agent, entry) : default;
        return entry != 0;
    }

    public bool TryAcquire(TimeSpan timeout, out Hold hold, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        TryAcquire(WaitMode.Permit, DeadlineAfter(timeout), out hold, new SourcePlace(file, line), cancellationToken);

    public ValueTask<Hold> AcquireAsync(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        AcquireAsync(WaitMode.Permit, new SourcePlace(file, line), cancellationToken);

    public ValueTask<Hold?> TryAcquireAsync(TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        TryAcquireAsync(WaitMode.Permit, timeout, new SourcePlace(file, line), cancellationToken);

    public void Wait(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ThrowIfClosed();
        ThrowIfCancelled(cancellationToken);
        if (!TryTakeForGood(Caller))
        {
            Wait(WaitMode.Pass, MonotonicClock.Never, new SourcePlace(file, line), cancellationToken);
        }
    }

    public bool Wait(TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Wait(WaitMode.Pass, DeadlineAfter(timeout), new SourcePlace(file, line), cancellationToken);

    public ValueTask WaitAsync(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ValueTask<bool> wait = WaitAsync(WaitMode.Pass, MonotonicClock.Never, new SourcePlace(file, line), cancellationToken);
        return wait.IsCompletedSuccessfully ? ValueTask.CompletedTask : new ValueTask(wait.AsTask());
    }

    public ValueTask<bool> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        WaitAsync(WaitMode.Pass, DeadlineAfter(timeout), new SourcePlace(file, line), cancellationToken);

    /// <summary>A permit that is there while nobody waits, as a hold: its entry; else 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong TryTakePermit(Agent agent, SourcePlace site)
    {
        if (Volatile.Read(ref Record->Count) <= 0 && IsAtRest)
        {
            return 0;
        }

        agent.EnsureSlot();
        Guard.Enter(Memory, Record, agent);
        ulong entry = Record->QueueHead == 0 && Record->Count > 0 ? SemaphoreProtocol.TakePermit(Record, Index, agent, site) : 0;
        Guard.Exit(Record);
        return entry;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryTakeForGood(Agent agent)
    {
        if (Volatile.Read(ref Record->Count) <= 0 && IsAtRest)
        {
            return false;
        }

        Guard.Enter(Memory, Record, agent);
        bool isTaken = Record->QueueHead == 0 && Record->Count > 0;
        if (isTaken)
        {
            SemaphoreProtocol.TakeForGood(Record);
        }

        Guard.Exit(Record);
        return isTaken;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Hold Enter(Agent agent, ulong entry) => new(this, agent, entry, (Record->Flags & ObjectFlags.Abandoned) != 0 && TakeAbandoned());
}

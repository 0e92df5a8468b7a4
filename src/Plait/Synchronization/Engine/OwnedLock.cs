using System.Runtime.CompilerServices;
using Plait.Interop;
using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>A lock whose word names its owner: what <see cref="LockProtocol"/> has outside of the guard.</summary>
internal abstract unsafe partial class OwnedLock(Scope scope, uint index) : HeldSynchronizer(scope, index)
{
    protected override bool HasWord => true;

    public bool IsHeld => (Volatile.Read(ref Record->State) & ~ObjectRecord.WaitersBit) != 0;

    public bool IsHeldByCaller => IsOwnedBy(Agents.Current(Memory));

    /// <summary>Frees the lock whatever the recursion, for a wait; what <see cref="Regain"/> has to restore.</summary>
    public int ReleaseWhole(Agent agent)
    {
        int count = Record->Count;
        Shared.Store(ref Record->Count, 0);
        _ = TryFree(agent);
        return count;
    }

    /// <summary>Blocks until the agent, which is <paramref name="caller"/> or the one that it was forked from, owns it again as before.</summary>
    public void Regain(Agent agent, Agent caller, int count)
    {
        if (LockOrder.IsOn && !agent.IsFlow)
        {
            // It takes it again while it holds whatever else it held.
            LockOrder.Check(this, agent, SourcePlace.Unknown);
        }

        WaitOutcome outcome;
        do
        {
            outcome = BlockingWait.Run(new WaitRequest(Memory, Index, WaitMode.Exclusive, MonotonicClock.Never, SourcePlace.Unknown, CancellationToken.None), ref caller, mayEnd: false);
            if (outcome == WaitOutcome.Deadlocked)
            {
                // Who waits here cannot be the one to give up: it would return without the lock.
                BlockingWait.Acknowledge(caller);
            }
        }
        while (outcome == WaitOutcome.Deadlocked);
        Restore(agent, caller, count);
    }

    public override bool TryHandOver(Agent agent, ulong entry, out Hold handed)
    {
        Agent process = Memory.ProcessAgent;
        handed = default;
        if (Record->Count > 0 && IsHeldBy(agent, entry))
        {
            throw new SynchronizationException($"{this} is held {Record->Count + 1} times by this unit: one hold of several cannot be handed over. Release the others first.");
        }

        // First, as in every acquisition: it counts when the word says so.
        process.EnsureSlot();
        ulong given = *process.Enter(Index, HoldMode.Exclusive, SourcePlace.Unknown);
        CrashPoints.Hit(CrashPoint.HoldCopied);
        while (true)
        {
            uint state = Shared.Load(ref Record->State);
            if (!IsHeldBy(agent, entry) || (state & ~ObjectRecord.WaitersBit) != agent.Tag)
            {
                process.Remove(given);
                return false;
            }

            if (Shared.CompareExchange(ref Record->State, process.Tag | (state & ObjectRecord.WaitersBit), state) == state)
            {
                break;
            }
        }

        CrashPoints.Hit(CrashPoint.WordHandedOver);
        agent.Remove(entry);
        handed = new Hold(this, process, given);
        return true;
    }

    protected bool IsOwnedBy(Agent agent) => (Volatile.Read(ref Record->State) & ~ObjectRecord.WaitersBit) == agent.Tag;

    /// <summary>Takes it if it is free; the hold's entry, or 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected ulong TryTakeFree(Agent agent, SourcePlace site)
    {
        ulong epoch = agent.NextEpoch;
        uint slot = HoldEntry.SlotOfEpoch(epoch);
        if (slot >= AgentRecord.HoldSlots)
        {
            return agent.IsFlow ? TryTakeFreeAsFlow(agent, site) : TryTakeFreeSlowly(agent, site);
        }

        // The entry first: who dies behind the exchange is found by it. Until then the word says that it is not held.
        ulong entry = HoldEntry.Make(Index, HoldMode.Exclusive, epoch);
        ulong* place = AgentRecord.HoldSlot(agent.Record, slot);
        Shared.Store(ref *place, entry);
        uint state = Shared.CompareExchange(ref Record->State, agent.Tag, 0);
        if (state != 0 && !TryOvertake(agent, state))
        {
            Shared.Store(ref *place, 0);
            return 0;
        }

        Record->Acquisitions++;
        agent.Occupied(epoch, slot, site);
        return entry;
    }

    /// <summary>Releases the word and takes out the entry; false when the agent does not own it by that.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected bool TryFree(Agent agent, ulong entry)
    {
        ulong* place = HoldList.Find(Memory, agent.Record, entry);
        if (place is null || !TryFree(agent))
        {
            return false;
        }

        // Behind the release: until it is gone the entry names a lock whose word says otherwise, and the word counts.
        Shared.Store(ref *place, 0);
        return true;
    }

    /// <summary>Releases the word, to a waiter if there is one; false when the agent does not own it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected bool TryFree(Agent agent)
    {
        uint state = Shared.CompareExchange(ref Record->State, 0, agent.Tag);
        return state == agent.Tag || TryFreeToWaiter(agent, state);
    }

    /// <summary>The owner enters a hold, and acknowledges its wait if there was one; what it entered.</summary>
    protected ulong EnterHold(Agent agent, WaitOutcome outcome, SourcePlace site)
    {
        agent.EnsureSlot();
        ulong entry = *agent.Enter(Index, HoldMode.Exclusive, site);
        Record->Acquisitions++;
        if (outcome != WaitOutcome.None)
        {
            // After the entry: who dies in between is found by one or the other.
            CrashPoints.Hit(CrashPoint.HoldEntered);
            BlockingWait.Acknowledge(agent);
        }

        return entry;
    }

    // It is free, and there are waiters that have yet to wake up.
    private bool TryOvertake(Agent agent, uint state) =>
        state == ObjectRecord.WaitersBit && !LockProtocol.IsStrict(Record) && Shared.CompareExchange(ref Record->State, agent.Tag | state, state) == state;

    // The same, where the slot must be claimed.
    private ulong TryTakeFreeAsFlow(Agent agent, SourcePlace site)
    {
        ulong* slot = agent.TryClaim(Index, HoldMode.Exclusive, site);
        if (slot is null)
        {
            return TryTakeFreeSlowly(agent, site);
        }

        ulong entry = *slot;
        uint state = Shared.CompareExchange(ref Record->State, agent.Tag, 0);
        if (state != 0 && !TryOvertake(agent, state))
        {
            Shared.Store(ref *slot, 0);
            return 0;
        }

        Record->Acquisitions++;
        return entry;
    }

    // The same, where the slot must be searched for: somebody with very many holds.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private ulong TryTakeFreeSlowly(Agent agent, SourcePlace site)
    {
        agent.EnsureSlot();
        ulong* slot = agent.Enter(Index, HoldMode.Exclusive, site);
        ulong entry = *slot;
        uint state = Shared.CompareExchange(ref Record->State, agent.Tag, 0);
        if (state != 0 && !TryOvertake(agent, state))
        {
            Shared.Store(ref *slot, 0);
            return 0;
        }

        Record->Acquisitions++;
        return entry;
    }

    private void Restore(Agent agent, Agent caller, int count)
    {
        Shared.Store(ref Record->Count, count);
        if (caller != agent)
        {
            uint state;
            do
            {
                state = Shared.Load(ref Record->State);
            }
            while (Shared.CompareExchange(ref Record->State, agent.Tag | (state & ObjectRecord.WaitersBit), state) != state);
        }

        BlockingWait.Acknowledge(caller);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryFreeToWaiter(Agent agent, uint state)
    {
        if (state != (agent.Tag | ObjectRecord.WaitersBit))
        {
            return false;
        }

        Agent self = Agents.CurrentOrProcess(Memory);
        Shared.Store(ref self.Record->Pending, Index);
        bool isOwner = LockProtocol.IsStrict(Record) ? FreeInOrder(agent, self) : FreeToWaiter(agent, self);
        CrashPoints.Hit(CrashPoint.LockReleased);
        Shared.Store(ref self.Record->Pending, 0);
        return isOwner;
    }

    // Free first: somebody who runs may take it while the first waiter wakes up.
    private bool FreeToWaiter(Agent agent, Agent self)
    {
        if (!TryFreeWord(agent))
        {
            return false;
        }

        // Full fence between the two: pairs with the one in BlockingWait. Either this sees that the first waiter will sleep, or that one
        // sees the lock free.
        if (Shared.Load(ref Record->Waking) == 0)
        {
            var woken = default(Woken);
            woken.Enter(Memory, Record, self);
            Protocol.Grant(Memory, Record, ref woken);
            woken.Exit(Memory, Record);
        }

        return true;
    }

    /// <summary>Under the guard: frees the word, and gives the lock to the first waiter if that is whose it is to be; false when the agent does not own it.</summary>
    protected bool TryFreeGuarded(Agent agent, ref Woken woken)
    {
        if (!TryFreeWord(agent))
        {
            return false;
        }

        Protocol.Grant(Memory, Record, ref woken);
        return true;
    }

    // With or without the guard: who waits stays noted.
    private bool TryFreeWord(Agent agent)
    {
        uint state;
        do
        {
            // Only the bit can change, and only the owner gets further: but a copy of this hold may have been quicker.
            state = Shared.Load(ref Record->State);
            if ((state & ~ObjectRecord.WaitersBit) != agent.Tag)
            {
                return false;
            }
        }
        while (Shared.CompareExchange(ref Record->State, state & ObjectRecord.WaitersBit, state) != state);

        CrashPoints.Hit(CrashPoint.WordReleased);
        return true;
    }

    private bool FreeInOrder(Agent agent, Agent self)
    {
        var woken = default(Woken);
        woken.Enter(Memory, Record, self);
        bool isOwner = (Shared.Load(ref Record->State) & ~ObjectRecord.WaitersBit) == agent.Tag;
        if (isOwner)
        {
            ((LockProtocol)Protocol).Release(Memory, Record, agent.Tag, ref woken);
        }

        woken.Exit(Memory, Record);
        return isOwner;
    }
}

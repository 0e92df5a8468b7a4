using System.Runtime.CompilerServices;
using Plait.Interop;
using Plait.Memory;
using Plait.Telemetry;

namespace Plait.Synchronization.Engine;

/// <summary>A primitive that is held: the ways to acquire, for every mode.</summary>
internal abstract unsafe partial class HeldSynchronizer(Scope scope, uint index) : Synchronizer(scope, index)
{
    /// <summary>Who abandoned it last.</summary>
    public UnitIdentity LastAbandonedBy => Units.Describe(Memory, Record->AbandonedParticipant, Record->AbandonedThread, Record->AbandonedPid);

    /// <summary>Whether its word alone says who has it, so that it is taken without the guard.</summary>
    protected virtual bool HasWord => false;

    /// <summary>Releases that hold; false when it is not valid any more.</summary>
    public abstract bool TryRelease(Agent agent, ulong entry);

    public abstract bool IsHeldBy(Agent agent, ulong entry);

    /// <summary>Makes the process the holder in place of the agent; false when the hold is not valid any more.</summary>
    public abstract bool TryHandOver(Agent agent, ulong entry, out Hold handed);

    /// <summary>The agent has it: enters the hold, and acknowledges the wait, unless the outcome is <see cref="WaitOutcome.None"/>: then there was none.</summary>
    protected abstract Hold Taken(Agent agent, WaitOutcome outcome, uint mode, SourcePlace site);

    [MethodImpl(MethodImplOptions.NoInlining)]
    protected bool TryAcquire(uint mode, long deadline, out Hold hold, SourcePlace site, CancellationToken token)
    {
        ThrowIfClosed();
        ThrowIfCancelled(token);
        Agent agent = Caller;
        if (!HasWord && TryTakeAtOnce(agent, mode))
        {
            hold = Taken(agent, WaitOutcome.None, mode, site);
            return true;
        }

        WaitOutcome outcome = BlockingWait.Run(new WaitRequest(Memory, Index, mode, deadline, site, token), ref agent);
        return TryEnter(outcome, agent, mode, out hold, site, token);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    protected Hold Acquire(uint mode, SourcePlace site, CancellationToken token)
    {
        FlowHold? step = LockOrder.IsOn ? LockOrder.Check(this, Agents.Current(Memory), site) : null;
        TryAcquire(mode, MonotonicClock.Never, out Hold hold, site, token);
        step?.Add(hold);
        return hold;
    }

    protected ValueTask<Hold> AcquireAsync(uint mode, SourcePlace site, CancellationToken token) =>
        LockOrder.IsOn && LockOrder.Check(this, Agents.CurrentFlow(Memory), site) is { } step
            ? step.Add(TakeAsync(mode, site, token))
            : TakeAsync(mode, site, token);

    /// <summary>The same where the order has been looked at.</summary>
    protected ValueTask<Hold> TakeAsync(uint mode, SourcePlace site, CancellationToken token)
    {
        ThrowIfClosed();
        if (token.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<Hold>(token);
        }

        Agent agent = Agents.CurrentFlow(Memory);
        if (!HasWord && TryTakeAtOnce(agent, mode))
        {
            return new ValueTask<Hold>(Taken(agent, WaitOutcome.None, mode, site));
        }

        ValueTask<WaitOutcome> wait = AsyncWait.Run(new WaitRequest(Memory, Index, mode, MonotonicClock.Never, site, token), ref agent);
        return AcquiredAsync(wait, agent, mode, site, token);
    }

    protected ValueTask<Hold?> TryAcquireAsync(uint mode, TimeSpan timeout, SourcePlace site, CancellationToken token) =>
        LockOrder.IsOn && LockOrder.Expect(this, Agents.CurrentFlow(Memory), site) is { } step
            ? step.Add(TryTakeAsync(mode, timeout, site, token))
            : TryTakeAsync(mode, timeout, site, token);

    /// <summary>The same where what is held afterwards is known.</summary>
    protected ValueTask<Hold?> TryTakeAsync(uint mode, TimeSpan timeout, SourcePlace site, CancellationToken token)
    {
        ThrowIfClosed();
        long deadline = DeadlineAfter(timeout);
        if (token.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<Hold?>(token);
        }

        Agent agent = Agents.CurrentFlow(Memory);
        if (!HasWord && TryTakeAtOnce(agent, mode))
        {
            return new ValueTask<Hold?>(Taken(agent, WaitOutcome.None, mode, site));
        }

        ValueTask<WaitOutcome> wait = AsyncWait.Run(new WaitRequest(Memory, Index, mode, deadline, site, token), ref agent);
        return TriedAsync(wait, agent, mode, site, token);
    }

    protected internal bool TryEnter(WaitOutcome outcome, Agent agent, uint mode, out Hold hold, SourcePlace site, CancellationToken token)
    {
        if (outcome is WaitOutcome.Taken or WaitOutcome.Granted)
        {
            hold = Taken(agent, outcome, mode, site);
            return true;
        }

        BlockingWait.Acknowledge(agent);
        hold = default;
        return Failure(outcome, agent, token) is { } failure ? throw failure : false;
    }

    /// <summary>Enters what was acquired under the guard, or granted.</summary>
    protected Hold Entered(Agent agent, WaitOutcome outcome, HoldMode mode, SourcePlace site)
    {
        ulong entry = agent.Taken;
        if (outcome == WaitOutcome.Granted)
        {
            CrashPoints.Hit(CrashPoint.GrantSeen);

            // A grant has the serial of its wait, so that a death in between counts it once.
            entry = HoldEntry.Granted(Index, mode, agent.Record->WaitTicket);
            agent.EnsureSlot();
            agent.Push(entry, site);
            CrashPoints.Hit(CrashPoint.HoldEntered);
        }
        else
        {
            agent.Place(entry, site);
        }

        if (outcome != WaitOutcome.None)
        {
            BlockingWait.Acknowledge(agent);
        }

        return new Hold(this, agent, entry, TakeAbandoned());
    }

    /// <summary>Makes the process the holder of an entry in place of the agent.</summary>
    protected bool TryMove(Agent agent, ulong entry, out Hold handed)
    {
        Agent process = Memory.ProcessAgent;
        process.EnsureSlot();
        Guard.Enter(Memory, Record, Agents.CurrentOrProcess(Memory));
        bool isHeld = Journal.Has(Memory, agent.Record, entry);
        if (isHeld)
        {
            if (HoldEntry.Mode(entry) == HoldMode.Exclusive)
            {
                // The word says which of the two entries counts.
                process.Push(entry);
                CrashPoints.Hit(CrashPoint.HoldCopied);
                Shared.Store(ref Record->State, process.Tag);
                CrashPoints.Hit(CrashPoint.WordHandedOver);
                Journal.Drop(Memory, agent.Record, entry);
            }
            else
            {
                Journal.Move(Record, agent, process, entry);
            }
        }

        Guard.Exit(Record);
        handed = isHeld ? new Hold(this, process, entry) : default;
        return isHeld;
    }

    /// <summary>What the next one is told, once. By the new holder.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    protected bool TakeAbandoned()
    {
        if ((Volatile.Read(ref Record->Flags) & ObjectFlags.Abandoned) == 0)
        {
            return false;
        }

        CrashPoints.Hit(CrashPoint.ReportTaking);
        if ((Shared.And(ref Record->Flags, ~ObjectFlags.Abandoned) & ObjectFlags.Abandoned) == 0)
        {
            return false;
        }

        WaitInstruments.Abandoned(WaitMeasures.NameOf(Record->Kind), WaitMeasures.NameOf(Memory));
        return true;
    }
}

using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>Who waits for what, how long, and where it says so.</summary>
internal readonly unsafe struct WaitRequest(ScopeMemory memory, uint index, uint mode, long deadline, SourcePlace site, CancellationToken token)
{
    /// <summary>The deadline of somebody who does not wait at all.</summary>
    public const long AtOnce = 0;

    public ScopeMemory Memory => memory;

    public uint Index => index;

    public ObjectRecord* Target => memory.Object(index);

    public Protocol Protocol => Protocol.Of(memory.Object(index)->Kind);

    public uint Mode => mode;

    /// <summary>By the monotonic clock.</summary>
    public long Deadline => deadline;

    public CancellationToken Token => token;

    /// <summary>Whether it is worth trying to take it, as far as can be told from outside of the guard.</summary>
    public bool LooksFree => Volatile.Read(ref Target->QueueHead) == 0 && Protocol.LooksFree(memory, Target, mode);

    /// <summary>Takes it if nobody is before the agent; gets into no queue.</summary>
    public bool TryTake(Agent agent)
    {
        ObjectRecord* target = Target;
        agent.EnsureSlot();
        Shared.Store(ref agent.Record->Pending, index);
        Guard.Enter(memory, target, agent);
        bool isTaken = target->QueueHead == 0 && Protocol.TryTake(memory, target, agent, mode, willWait: false);
        Guard.Exit(target);
        return isTaken;
    }

    /// <summary>Takes it if that is possible at once; else enters the queue, unless the request does not wait. <see cref="WaitOutcome.None"/>: it is in the queue.</summary>
    public WaitOutcome TakeOrQueue(Agent agent, bool isAsync)
    {
        ObjectRecord* target = Target;
        Protocol protocol = Protocol;
        uint place = 0;
        if (deadline != AtOnce)
        {
            // Made before the guard: it may allocate.
            place = memory.SiteNumber(site.File, site.Line);
            agent.PublishPlaces();
        }

        agent.EnsureSlot();
        Shared.Store(ref agent.Record->Pending, index);
        CrashPoints.Hit(CrashPoint.PendingPublished);
        Guard.Enter(memory, target, agent);
        CrashPoints.Hit(CrashPoint.GuardTaken);
        if ((target->QueueHead == 0 || protocol.MayOvertake(target)) && protocol.TryTake(memory, target, agent, mode, deadline != AtOnce))
        {
            CrashPoints.Hit(CrashPoint.WordTaken);
            Guard.Exit(target);
            return WaitOutcome.Taken;
        }

        var woken = default(Woken);
        WaitOutcome outcome = WaitOutcome.TimedOut;
        if (BarrierProtocol.IsBroken(target))
        {
            outcome = WaitOutcome.Refused;
        }
        else if (deadline != AtOnce)
        {
            uint queued = target->Kind == ObjectKind.Barrier && target->State != 0 ? WaitMode.NextRound : mode;
            WaitQueue.Append(memory, target, index, agent, queued, Shared.Now, deadline, place, isAsync);
            protocol.Queued(memory, target, ref woken);
            outcome = WaitOutcome.None;
        }

        woken.Exit(memory, target);
        CrashPoints.Hit(CrashPoint.QueueEntered);
        Shared.Store(ref agent.Record->Pending, 0);
        return outcome;
    }

    /// <summary>Leaves the queue, unless the wait has ended meanwhile: then that is how it ended.</summary>
    public WaitOutcome Withdraw(Agent waiter, WaitOutcome why)
    {
        ObjectRecord* target = Target;
        AgentRecord* record = waiter.Record;
        var woken = default(Woken);
        Agent self = Agents.CurrentOrProcess(memory);
        Shared.Store(ref self.Record->Pending, index);
        woken.Enter(memory, target, self);
        WaitOutcome ended = Ended(record);
        if (ended == WaitOutcome.None)
        {
            WaitQueue.Account(target, record);
            WaitQueue.Unlink(memory, target, waiter.Index);
            CrashPoints.Hit(CrashPoint.WaitWithdrawn);
            Shared.Store(ref record->Sequence, record->Sequence + 1);
            Shared.Store(ref record->Park, ParkState.Idle);
            CrashPoints.Hit(CrashPoint.WaitIdle);
            Shared.Store(ref record->WaitObject, 0);
            Shared.Store(ref record->Sequence, record->Sequence + 1);
            target->Timeouts++;
            CrashPoints.Hit(CrashPoint.WaitForgotten);
            Protocol.Withdrawn(memory, target, ref woken);
            ended = why;
        }

        woken.Exit(memory, target);
        Shared.Store(ref self.Record->Pending, 0);
        return ended;
    }

    /// <summary>What others have made of the wait.</summary>
    public static WaitOutcome Ended(AgentRecord* record) => Shared.Load(ref record->Park) switch
    {
        ParkState.Granted => WaitOutcome.Granted,
        ParkState.Refused => WaitOutcome.Refused,
        _ => WaitOutcome.None,
    };

    /// <summary>
    /// What a waiter does when it has slept for its interval, whoever should have woken it being perhaps dead: buries a dead owner,
    /// and gives the queue what can be given.
    /// </summary>
    public void CheckUp(int times)
    {
        // Somebody may have come since it fell asleep.
        memory.WatchParticipants();
        ObjectRecord* target = Target;
        if (target->Kind is ObjectKind.Lock or ObjectKind.ReentrantLock or ObjectKind.Once or ObjectKind.ReaderWriterLock or ObjectKind.Barrier)
        {
            memory.Liveness.BuryOwner(index);
        }

        // Of a permit, or of one reader among several, no word says who has it.
        memory.Units.EndDeadThreads(memory);
        if (times % 8 == 0)
        {
            memory.Liveness.SweepAll();
        }

        var woken = default(Woken);
        Agent self = Agents.CurrentOrProcess(memory);
        woken.Enter(memory, target, self);
        Protocol.Grant(memory, target, ref woken);
        woken.Exit(memory, target);
    }

    /// <summary>When a waiter looks for itself next: after an interval, or when it is to look for a deadlock.</summary>
    public long NextCheck(long since, int times)
    {
        long now = Shared.Now;
        long look = DeadlockSearch.LooksAt(since);
        return Math.Min(now + Interval(times), look > now ? look : long.MaxValue);
    }

    /// <summary>How long a waiter sleeps before it looks for itself, in nanoseconds.</summary>
    public long Interval(int times) => memory.IsShared ? 25_000_000 : times < 20 ? 50_000_000 : 400_000_000;
}

using System.Runtime.CompilerServices;
using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>
/// The wait of a thread. It sleeps on the word of its own record, for an interval at most: whoever should wake it may have been killed
/// in the middle, so it looks for itself as well.
/// </summary>
internal static unsafe class BlockingWait
{
    // Pauses between looks, doubled each time: whoever has the lock gets to use it a few times before its word is touched again. Of about
    // 40 ns each: 10 microseconds together, what a sleep and its wake-up cost.
    private const int FirstPause = 8;
    private const int LongestPause = 128;

    /// <summary>Waits; <see cref="Acknowledge"/> must follow, whatever the outcome. The agent may become another: a fork's, when the flow's own waits already.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static WaitOutcome Run(in WaitRequest request, ref Agent agent, bool mayEnd = true)
    {
        if (!agent.TryBeginWait())
        {
            agent = Agents.Fork(request.Memory);
            agent.TryBeginWait();
        }

        bool isLock = request.Target->Kind is ObjectKind.Lock or ObjectKind.ReentrantLock;
        if (isLock && request.Deadline != WaitRequest.AtOnce && Spin(request, agent))
        {
            return WaitOutcome.Taken;
        }

        bool spins = request.Protocol.Spins && request.Deadline != WaitRequest.AtOnce && !Shared.IsInterleaved;
        if (spins && agent.Spin.Until(request, static request => request.LooksFree) && request.TryTake(agent))
        {
            return WaitOutcome.Taken;
        }

        WaitOutcome outcome = request.TakeOrQueue(agent, isAsync: false);
        if (outcome != WaitOutcome.None)
        {
            return outcome;
        }

        if (mayEnd && DeadlockSearch.BlocksItself(request, agent))
        {
            return request.Withdraw(agent, WaitOutcome.Deadlocked);
        }

        outcome = Sleep(request, agent);
        if (spins)
        {
            agent.Spin.Slept(Shared.Now - agent.Record->WaitSince);
        }

        return outcome;
    }

    /// <summary>The agent knows how its wait ended: what it was granted is one of its holds from here on, or used up.</summary>
    public static void Acknowledge(Agent agent)
    {
        Shared.Store(ref agent.Record->Pending, 0);
        if (agent.Record->WaitObject == 0)
        {
            agent.EndWait();
            return;
        }

        CrashPoints.Hit(CrashPoint.WaitAcknowledging);
        Shared.Store(ref agent.Record->Park, ParkState.Idle);
        CrashPoints.Hit(CrashPoint.WaitAcknowledged);
        Shared.Store(ref agent.Record->Sequence, agent.Record->Sequence + 1);
        Shared.Store(ref agent.Record->WaitObject, 0);
        Shared.Store(ref agent.Record->Sequence, agent.Record->Sequence + 1);
        agent.EndWait();
    }

    private static bool Spin(in WaitRequest request, Agent agent)
    {
        if (!AdaptiveSpin.CanSpin)
        {
            return false;
        }

        ObjectRecord* target = request.Target;
        if (LockProtocol.IsStrict(target))
        {
            return false;
        }

        Shared.Store(ref agent.Record->Pending, request.Index);
        for (int pause = FirstPause; pause <= LongestPause; pause *= 2)
        {
            uint state = Shared.Load(ref target->State);
            if ((state & ~ObjectRecord.WaitersBit) == 0 && Shared.CompareExchange(ref target->State, agent.Tag | state, state) == state)
            {
                CrashPoints.Hit(CrashPoint.WordTaken);
                return true;
            }

            Shared.Pause(pause);
        }

        return false;
    }

    /// <summary>The agent is in the queue: waits for the end of that.</summary>
    public static WaitOutcome Sleep(in WaitRequest request, Agent agent)
    {
        WaitOutcome outcome = SleepUntilItEnds(request, agent);
        WaitMeasures.Waited(request, agent, outcome);
        return outcome;
    }

    private static WaitOutcome SleepUntilItEnds(in WaitRequest request, Agent agent)
    {
        ScopeMemory memory = request.Memory;
        AgentRecord* me = agent.Record;
        memory.WatchParticipants();
        using CancellationTokenRegistration registration = request.Token.UnsafeRegister(static agent => Alert((Agent)agent!), agent);
        int checks = 0;
        long nextCheck = Math.Min(me->WaitSince + request.Interval(0), DeadlockSearch.LooksAt(me->WaitSince));
        while (true)
        {
            switch (Shared.Load(ref me->Park))
            {
                case ParkState.Granted:
                    return WaitOutcome.Granted;
                case ParkState.Refused:
                    return WaitOutcome.Refused;
                case ParkState.Poked when SpinPoked(request, agent):
                    return WaitOutcome.Granted;
                case ParkState.Poked:
                    // From here on a release looks at the queue again. Then a full fence, and a look at the state: pairs with the exchange
                    // and the look at Waking in OwnedLock.FreeToWaiter. Before Park: who pokes again sets it again.
                    Shared.Store(ref request.Target->Waking, 0);
                    if (Shared.CompareExchange(ref me->Park, ParkState.Waiting, ParkState.Poked) == ParkState.Poked && TryTakeQueued(request, agent))
                    {
                        return WaitOutcome.Granted;
                    }

                    continue;
                case ParkState.Alerted:
                    Shared.CompareExchange(ref me->Park, ParkState.Waiting, ParkState.Alerted);
                    break;
            }

            long now = Shared.Now;
            if (request.Token.IsCancellationRequested)
            {
                return request.Withdraw(agent, WaitOutcome.Cancelled);
            }

            if (now >= request.Deadline)
            {
                return request.Withdraw(agent, WaitOutcome.TimedOut);
            }

            if (now >= nextCheck)
            {
                request.CheckUp(++checks);
                nextCheck = request.NextCheck(me->WaitSince, checks);
                if (DeadlockSearch.IsVictim(request, agent, now))
                {
                    return request.Withdraw(agent, WaitOutcome.Deadlocked);
                }

                continue;
            }

            CrashPoints.Hit(CrashPoint.WaitSleeping);
            _ = Shared.Sleep(&me->Park, ParkState.Waiting, Math.Min(request.Deadline, nextCheck), memory.IsShared);
        }
    }

    // Whoever runs may have been quicker. While the word says so, no release wakes this thread again: a system call each.
    private static bool SpinPoked(in WaitRequest request, Agent agent)
    {
        ref uint state = ref request.Target->State;
        for (int pause = FirstPause; pause <= LongestPause && Shared.Load(ref agent.Record->Park) == ParkState.Poked; pause *= 2)
        {
            if ((Shared.Load(ref state) & ~ObjectRecord.WaitersBit) == 0 && TryTakeQueued(request, agent))
            {
                return true;
            }

            Shared.Pause(pause);
        }

        return false;
    }

    // The lock was free a moment ago. Still in the queue: a failure costs nothing but the wake-up.
    private static bool TryTakeQueued(in WaitRequest request, Agent agent)
    {
        ObjectRecord* target = request.Target;
        Shared.Store(ref agent.Record->Pending, request.Index);
        if (!request.Protocol.TryTake(request.Memory, target, agent, request.Mode, willWait: true))
        {
            return false;
        }

        CrashPoints.Hit(CrashPoint.WordTaken);
        var woken = default(Woken);
        woken.Enter(request.Memory, target, agent);
        if (WaitQueue.IsQueued(agent.Record->Park))
        {
            WaitQueue.End(request.Memory, target, agent.Index, ParkState.Granted, 0, ref woken);
            woken.Clear();
        }

        request.Protocol.Grant(request.Memory, target, ref woken);
        woken.Exit(request.Memory, target);
        return true;
    }

    private static void Alert(Agent agent)
    {
        AgentRecord* record = agent.Record;
        if (Shared.CompareExchange(ref record->Park, ParkState.Alerted, ParkState.Waiting) == ParkState.Waiting)
        {
            Shared.Wake(&record->Park, 1, agent.Memory.IsShared);
        }
    }
}

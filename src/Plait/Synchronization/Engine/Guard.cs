using System.Runtime.CompilerServices;
using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>
/// The guard of an object: a spin lock for a few stores, whose word names its holder. Whoever finds the holder's process dead takes
/// it over and repairs the object first. Nothing that can throw, allocate or block runs inside.
/// </summary>
/// <remarks>Taken by a compare-and-exchange (full fence), given back by a release store: pairs with the next taker's compare-and-exchange.</remarks>
internal static unsafe class Guard
{
    private const int Spins = 60;
    private const long Nap = 50_000;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Enter(ScopeMemory memory, ObjectRecord* target, Agent agent)
    {
        if (Shared.CompareExchange(ref target->Guard, agent.Tag, 0) != 0)
        {
            EnterSlowly(memory, target, agent);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Exit(ObjectRecord* target) => Shared.Store(ref target->Guard, 0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void EnterSlowly(ScopeMemory memory, ObjectRecord* target, Agent agent)
    {
        for (int tries = 1; ; tries++)
        {
            uint holder = Shared.CompareExchange(ref target->Guard, agent.Tag, 0);
            if (holder == 0)
            {
                return;
            }

            if (tries < Spins)
            {
                Shared.Pause(4);
                continue;
            }

            // Its holder was interrupted between two stores, or is dead. Nobody wakes us: the nap is short.
            if (tries % 8 == 0 && IsDead(memory, holder) && Shared.CompareExchange(ref target->Guard, agent.Tag, holder) == holder)
            {
                CrashPoints.Hit(CrashPoint.GuardInherited);
                Recovery.Repair(memory, target);
                return;
            }

            _ = Shared.Sleep(&target->Guard, holder, Shared.Now + NapOf(tries - Spins), memory.IsShared);
        }
    }

    /// <summary>Nanoseconds to sleep for, the so manieth time: a holder that is alive and does not move (it is stopped, or the machine is full) is asked less and less often.</summary>
    public static long NapOf(int times) => Nap << Math.Min(times / 8, 5);

    // A thread cannot end inside a guard but with its process.
    private static bool IsDead(ScopeMemory memory, uint holder)
    {
        AgentRecord* record = memory.Agent(holder & 0xFFFF);
        return ((record->Generation << 16) & 0x7FFF_0000) != (holder & 0x7FFF_0000) || !memory.Liveness.IsAlive(record->Participant);
    }
}

using System.Runtime.CompilerServices;
using Plait.Interop;
using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>
/// Looks whether a process may stay stopped. It was stopped first: all its threads stand still, so nothing that is read here changes by it, and
/// what it was about to take is noted already, for every hold is entered before the word is taken. Specification: docs/design/slices.md.
/// </summary>
/// <remarks>
/// The two words that a process publishes say what its memories do not: how many of them there are, and whether it is inside the guard of a
/// stripe of a dictionary, to which no list leads. Written by the process; read by who has stopped it, with acquire: the stop lies in between.
/// </remarks>
internal static unsafe class StoppedProcess
{
    /// <summary>Above so many objects a look would take longer than what it decides about.</summary>
    private const uint MostObjects = 16_384;

    private static uint* s_memories;
    private static uint* s_inside;

    /// <summary>This process is a worker, whose parent stops it at times: where to publish. Before it uses any memory.</summary>
    /// <param name="memories">Where, in memory that nothing moves or unmaps.</param>
    /// <param name="inside">Likewise.</param>
    public static void Publish(ref uint memories, ref uint inside)
    {
        s_memories = (uint*)Unsafe.AsPointer(ref memories);
        s_inside = (uint*)Unsafe.AsPointer(ref inside);
    }

    /// <summary>This process is about to use another shared memory. A full fence: who sees it in there has counted it.</summary>
    public static void CountMemory()
    {
        if (s_memories is not null)
        {
            Interlocked.Increment(ref *s_memories);
        }
    }

    /// <summary>A thread is about to take a guard that no list leads to. A full fence: pairs with the stop.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Enter()
    {
        if (s_inside is not null)
        {
            Interlocked.Increment(ref *s_inside);
        }
    }

    /// <summary>It has given the guard back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Exit()
    {
        if (s_inside is not null)
        {
            Interlocked.Decrement(ref *s_inside);
        }
    }

    /// <summary>How a child of this process stands that is stopped.</summary>
    /// <param name="pid">Its process id.</param>
    /// <param name="memories">What it has published: the memories that it uses.</param>
    /// <param name="inside">What it has published: threads in guards that no list leads to.</param>
    public static Standing Look(int pid, uint memories, uint inside)
    {
        Standing worst = inside == 0 ? Standing.Free : Standing.Inside;
        if (memories == 0)
        {
            return worst;
        }

        try
        {
            // So that it is among those in use, if this process has not needed it yet.
            _ = TreeMemory.Memory;
        }
        catch (Exception error) when (error is SystemCallException or ScopeCapacityException or InvalidDataException or OutOfMemoryException)
        {
            return Standing.Unknown;
        }

        uint found = 0;
        foreach (ScopeMemory memory in ScopeMemory.InUse)
        {
            if (memory.IsShared && TryFind(memory, pid, out uint index, out ulong occupant))
            {
                found++;
                Standing standing = (occupant & ParticipantRecord.Joining) != 0 ? Standing.Inside : LookIn(memory, index, ScopeMemory.ParticipantNumber(index, occupant));
                worst = (Standing)Math.Max((int)worst, (int)standing);
            }
        }

        return found < memories && worst < Standing.Unknown ? Standing.Unknown : worst;
    }

    private static bool TryFind(ScopeMemory memory, int pid, out uint index, out ulong occupant)
    {
        uint top = Math.Min(Volatile.Read(ref memory.Header->ParticipantTop), ScopeMemory.MostParticipants);
        for (index = 0; index < top; index++)
        {
            ParticipantRecord* record = memory.Participant(index);
            occupant = Volatile.Read(ref record->Occupant);
            if ((int)((uint)occupant & ~ParticipantRecord.Joining) == pid && (record->PidNamespace == 0 || record->PidNamespace == ProcessIdentity.Current.PidNamespace))
            {
                return true;
            }
        }

        occupant = 0;
        return false;
    }

    private static Standing LookIn(ScopeMemory memory, uint index, uint participant)
    {
        bool isInside = Volatile.Read(ref memory.Header->AllocationGuard) == participant + 1;
        uint top = Math.Min(Volatile.Read(ref memory.Header->AgentTop), ScopeMemory.MostAgents);
        for (uint i = 1; i <= top; i++)
        {
            AgentRecord* agent = memory.Agent(i);
            if (agent->State == AgentRecord.Free || agent->Participant != participant)
            {
                continue;
            }

            uint park = Volatile.Read(ref agent->Park);
            if (agent->WaitObject != 0 && park != ParkState.Granted)
            {
                return Standing.Waits;
            }

            isInside |= agent->WaitObject != 0 || agent->Pending != 0 || HasHolds(memory, agent);
        }

        return isInside ? Standing.Inside : LookAtGuards(memory, participant);
    }

    private static bool HasHolds(ScopeMemory memory, AgentRecord* agent)
    {
        for (int page = 0; page < ScopeMemory.MostAgents; page++)
        {
            for (uint slot = 0; slot < AgentRecord.HoldSlots; slot++)
            {
                if (Volatile.Read(ref *AgentRecord.HoldSlot(agent, slot)) != 0)
                {
                    return true;
                }
            }

            uint more = Volatile.Read(ref agent->MoreHolds);
            if (more == 0)
            {
                return false;
            }

            agent = memory.Agent(more);
        }

        return true;
    }

    private static Standing LookAtGuards(ScopeMemory memory, uint participant)
    {
        uint top = Math.Min(Volatile.Read(ref memory.Header->ObjectTop), memory.ObjectCapacity - 1);
        if (top > MostObjects)
        {
            return Standing.Unknown;
        }

        for (uint i = 1; i <= top; i++)
        {
            ObjectRecord* target = memory.Object(i);
            uint guard = Volatile.Read(ref target->Guard);
            if (guard != 0 && memory.Agent(guard & 0xFFFF)->Participant == participant)
            {
                return Standing.Inside;
            }

            // Where one unit alone puts or gets there is no guard, but a word beside the counts.
            if (target->Kind == ObjectKind.QueueItems && memory.Queue(target) is var queue && queue is not null
                && (IsAt(memory, participant, queue->PutterBusy, queue->Producer) || IsAt(memory, participant, queue->GetterBusy, queue->Consumer)))
            {
                return Standing.Inside;
            }
        }

        return Standing.Free;
    }

    private static bool IsAt(ScopeMemory memory, uint participant, uint busy, uint tag) => busy != 0 && tag != 0 && memory.Agent(tag & 0xFFFF)->Participant == participant;
}

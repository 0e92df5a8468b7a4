using Plait.Memory;
using Plait.Synchronization;
using Plait.Synchronization.Engine;

namespace Plait.Tests.Synchronization.Deaths;

/// <summary>
/// Reads a whole scope memory, record by record, and names everything that should not be there when nobody uses it: what the dead
/// left behind, and what does not agree with itself.
/// </summary>
internal static unsafe class Audit
{
    /// <summary>What is wrong; empty when nothing is.</summary>
    /// <param name="scope">The scope. Nobody may use its memory meanwhile.</param>
    /// <param name="mayBeClaimed">A delivery was cut off between its first two steps: who was to be told of something is not told by the list again.</param>
    /// <param name="participants">The processes that may have units in it: their numbers, of which the units hold nothing.</param>
    public static List<string> Of(ProcessScope scope, bool mayBeClaimed, params IReadOnlyCollection<uint> participants)
    {
        ScopeMemory memory = scope.Memory;
        var wrong = new List<string>();

        // Others who have noticed the death may be at work still, and be between a record's end and its way into the list.
        memory.EnterAllocation();
        HashSet<uint> free = FreeAgents(memory, wrong);
        HashSet<uint> extensions = Extensions(memory);
        Lost(memory, free, extensions, wrong);
        memory.ExitAllocation();
        Participants(memory, wrong, participants);
        for (uint agent = 1; agent <= memory.Header->AgentTop; agent++)
        {
            if (memory.Agent(agent)->State is not (AgentRecord.Free or AgentRecord.Extension))
            {
                Unit(memory, agent, wrong, mayBeClaimed, participants);
            }
        }

        for (uint index = 1; index <= memory.Header->ObjectTop; index++)
        {
            Thing(memory, index, wrong);
        }

        return wrong;
    }

    private static void Lost(ScopeMemory memory, HashSet<uint> free, HashSet<uint> extensions, List<string> wrong)
    {
        for (uint agent = 1; agent <= memory.Header->AgentTop; agent++)
        {
            if (memory.Agent(agent)->State is AgentRecord.Free or AgentRecord.Extension && !free.Contains(agent) && !extensions.Contains(agent))
            {
                wrong.Add($"unit {agent} (state {memory.Agent(agent)->State}) is nobody's, and not in the list of the free ones");
            }
        }
    }

    private static void Participants(ScopeMemory memory, List<string> wrong, IReadOnlyCollection<uint> participants)
    {
        for (uint slot = 0; slot < memory.Header->ParticipantTop; slot++)
        {
            ParticipantRecord* record = memory.Participant(slot);
            ulong occupant = record->Occupant;
            if ((uint)occupant != 0 && !participants.Contains(ScopeMemory.ParticipantNumber(slot, occupant)))
            {
                wrong.Add($"slot {slot} is still process {(uint)occupant & ~ParticipantRecord.Joining}'s");
            }
        }
    }

    private static HashSet<uint> FreeAgents(ScopeMemory memory, List<string> wrong)
    {
        var free = new HashSet<uint>();
        for (uint agent = memory.Header->FreeAgent; agent != 0; agent = memory.Agent(agent)->NextFree)
        {
            if (agent > memory.Header->AgentTop || !free.Add(agent))
            {
                wrong.Add($"the list of free units leads to {agent}, again or out of the table");
                break;
            }

            if (memory.Agent(agent)->State != AgentRecord.Free)
            {
                wrong.Add($"unit {agent} is in the list of the free ones in state {memory.Agent(agent)->State}");
            }
        }

        return free;
    }

    // Those that somebody has.
    private static HashSet<uint> Extensions(ScopeMemory memory)
    {
        var found = new HashSet<uint>();
        for (uint agent = 1; agent <= memory.Header->AgentTop; agent++)
        {
            uint next = memory.Agent(agent)->MoreHolds;
            if (next != 0 && memory.Agent(agent)->State != AgentRecord.Free)
            {
                found.Add(next);
            }
        }

        return found;
    }

    private static void Unit(ScopeMemory memory, uint agent, List<string> wrong, bool mayBeClaimed, IReadOnlyCollection<uint> participants)
    {
        AgentRecord* record = memory.Agent(agent);
        string name = $"unit {agent} (state {record->State}, of {record->Participant:x}, thread {record->ThreadId}, flow {record->FlowId})";
        if (record->State is AgentRecord.Ended || !participants.Contains(record->Participant))
        {
            wrong.Add($"{name} was not cleaned up");
        }

        foreach ((ulong entry, _) in HoldList.Copy(memory, record))
        {
            wrong.Add($"{name} holds object {HoldEntry.Object(entry)} in mode {HoldEntry.Mode(entry)}");
        }

        if ((record->WaitObject, record->Park, record->Notified, record->Next, record->Previous) != (0u, ParkState.Idle, 0u, 0u, 0u))
        {
            wrong.Add($"{name} waits for {record->WaitObject} in state {record->Park}, notified by {record->Notified}, between {record->Previous} and {record->Next}");
        }

        if (record->NextDelivery != 0 && !mayBeClaimed)
        {
            wrong.Add($"{name} is still to be delivered");
        }
    }

    private static void Thing(ScopeMemory memory, uint index, List<string> wrong)
    {
        ObjectRecord* record = memory.Object(index);
        string name = $"object {index} ({record->Kind})";

        // A queue has its content in that place.
        bool isQueue = record->Kind is ObjectKind.QueueItems or ObjectKind.QueueRoom or ObjectKind.QueueWork;
        if ((record->Guard, isQueue ? 0 : record->Journal) != (0u, 0ul))
        {
            wrong.Add($"{name} has the guard {record->Guard:x} and the journal {record->Journal:x}");
        }

        if ((record->QueueHead, record->QueueTail, record->QueueLength) != (0u, 0u, 0u))
        {
            wrong.Add($"{name} has a queue of {record->QueueLength} from {record->QueueHead} to {record->QueueTail}");
        }

        bool isOwned = record->Kind is not ObjectKind.Event && record->State != 0;
        if (isOwned || (record->Kind is ObjectKind.Lock or ObjectKind.ReentrantLock or ObjectKind.Once or ObjectKind.ReaderWriterLock && record->Count != 0))
        {
            wrong.Add($"{name} has the word {record->State:x} and the count {record->Count}");
        }

        // Once it is done, nobody acquires to learn of it.
        if ((record->Flags & ObjectFlags.Abandoned) != 0 && record->Kind != ObjectKind.Once)
        {
            wrong.Add($"{name} has a report that nobody was told");
        }
    }
}

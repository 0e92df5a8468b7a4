using System.Runtime.CompilerServices;
using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>
/// The holds of an agent: the slots of its record, and of further records that are linked to it when those are not enough. A slot is
/// written by the agent while it is zero, and set to zero by whoever releases; entries never move.
/// </summary>
internal static unsafe class HoldList
{
    /// <summary>The slot with the entry, an empty one for 0; null when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong* Find(ScopeMemory memory, AgentRecord* record, ulong entry)
    {
        uint slot = HoldEntry.Slot(entry);
        ulong* place = AgentRecord.HoldSlot(record, slot);
        return slot < AgentRecord.HoldSlots && Volatile.Read(ref *place) == entry ? place : Search(memory, record, entry);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong* Search(ScopeMemory memory, AgentRecord* record, ulong entry)
    {
        for (int page = 0; page < ScopeMemory.MostAgents; page++)
        {
            for (int i = 0; i < AgentRecord.HoldSlots; i++)
            {
                if (Volatile.Read(ref record->Holds[i]) == entry)
                {
                    return &record->Holds[i];
                }
            }

            uint next = Volatile.Read(ref record->MoreHolds);
            if (next == 0)
            {
                return null;
            }

            record = memory.Agent(next);
        }

        return null;
    }

    /// <summary>Takes out every entry of an object that nobody can refer to any more: its number will be another's.</summary>
    public static void Forget(ScopeMemory memory, uint index)
    {
        uint top = Math.Min(Volatile.Read(ref memory.Header->AgentTop), ScopeMemory.MostAgents);
        for (uint agent = 1; agent <= top; agent++)
        {
            AgentRecord* record = memory.Agent(agent);
            for (int i = 0; i < AgentRecord.HoldSlots; i++)
            {
                ulong entry = Volatile.Read(ref record->Holds[i]);
                if (HoldEntry.Object(entry) == index)
                {
                    // Only that entry: the owner of the record goes on entering others.
                    Shared.CompareExchange(ref record->Holds[i], 0, entry);
                }
            }
        }
    }

    /// <summary>All entries that are there now, in no order.</summary>
    public static ListedHold[] Copy(ScopeMemory memory, AgentRecord* record)
    {
        var found = new Row<ListedHold>();
        for (int page = 0; page < ScopeMemory.MostAgents; page++)
        {
            for (int i = 0; i < AgentRecord.HoldSlots; i++)
            {
                ulong entry = Volatile.Read(ref record->Holds[i]);
                if (entry != 0)
                {
                    found.Add(new ListedHold(entry, record->HoldSites[i]));
                }
            }

            uint next = Volatile.Read(ref record->MoreHolds);
            if (next == 0)
            {
                break;
            }

            record = memory.Agent(next);
        }

        return found.ToArray();
    }
}

/// <summary>A hold as its unit wrote it down, and the number of the place where it was acquired, if that was written down as well.</summary>
internal readonly record struct ListedHold(ulong Entry, uint Site);

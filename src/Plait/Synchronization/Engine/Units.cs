using System.Text;
using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>Units as reports name them.</summary>
internal static unsafe class Units
{
    /// <param name="memory">The memory.</param>
    /// <param name="participant">The process.</param>
    /// <param name="thread">The thread, or minus the flow.</param>
    /// <param name="pid">Its pid, for when its slot is no longer its own.</param>
    public static UnitIdentity Describe(ScopeMemory memory, uint participant, int thread, int pid = 0)
    {
        if (participant == uint.MaxValue)
        {
            return new UnitIdentity(0, 0, 0, "a unit that is long gone");
        }

        return new UnitIdentity(pid != 0 ? pid : memory.PidOf(participant), Math.Max(0, thread), Math.Max(0, -thread), memory.DescribeParticipant(participant));
    }

    /// <summary>A unit that has a record now.</summary>
    public static UnitIdentity Describe(ScopeMemory memory, uint agent)
    {
        AgentRecord* record = memory.Agent(agent);
        if (record->FlowId == 0)
        {
            return Describe(memory, record->Participant, record->ThreadId) with { ThreadName = memory.Units.ThreadName(agent) ?? NameOf(record) };
        }

        ITurnTaker? own = memory.IsObserved ? null : memory.Units.TakerOf(agent);
        return Describe(memory, record->Participant, -record->FlowId) with { CoroutineName = own?.Name ?? NameOf(record), LoopName = own?.LoopName };
    }

    /// <summary>Enters a thread's or a coroutine's name in its record, cut at a whole letter where there is no room for all of it.</summary>
    public static void Name(AgentRecord* record, string name)
    {
        var room = new Span<byte>(record->Name, AgentRecord.NameBytes);
        int length = 0;
        foreach (Rune letter in name.EnumerateRunes())
        {
            if (letter.Utf8SequenceLength > room.Length - length)
            {
                break;
            }

            length += letter.EncodeToUtf8(room[length..]);
        }
    }

    private static string? NameOf(AgentRecord* record)
    {
        var name = new ReadOnlySpan<byte>(record->Name, AgentRecord.NameBytes);
        int end = name.IndexOf((byte)0);
        return end == 0 ? null : Encoding.UTF8.GetString(end < 0 ? name : name[..end]);
    }
}

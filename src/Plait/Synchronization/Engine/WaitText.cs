using Plait.Interop;
using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>Waits and holds in words. Places and names are read when it is asked.</summary>
internal static unsafe class WaitText
{
    /// <summary>A wait, and what its unit holds meanwhile, in all memories of the graph.</summary>
    public static WaitingUnit Describe(WaitGraph graph, in Wait wait)
    {
        long now = Shared.Now;
        ScopeMemory memory = wait.Memory;
        AgentRecord* record = memory.Agent(wait.Agent);
        return new WaitingUnit(
            Units.Describe(memory, wait.Agent),
            memory.DescribeObject(wait.Object),
            ScopeMemory.Describe(memory.Object(wait.Object)->Kind),
            TimeSpan.FromTicks((now - wait.Since) / 100),
            memory.DescribeSite(record->WaitSite),
            wait.Deadline == MonotonicClock.Never ? null : TimeSpan.FromTicks(Math.Max(0, wait.Deadline - now) / 100),
            HoldsOf(graph, new Node(memory, wait.Agent)))
        { Stack = memory.StackOf(wait.Agent) };
    }

    /// <summary>What a unit holds, in all memories of the graph.</summary>
    public static IReadOnlyList<HeldPrimitive> HoldsOf(WaitGraph graph, Node unit)
    {
        AgentRecord* record = unit.Memory.Agent(unit.Agent);
        var holds = new List<HeldPrimitive>();
        AddHolds(unit, holds);
        foreach (Node node in graph.FindUnit(unit.Memory, record->Participant, record->ThreadId, record->FlowId))
        {
            if (node.Memory != unit.Memory)
            {
                AddHolds(node, holds);
            }
        }

        return holds;
    }

    /// <summary>What is waited for, and where.</summary>
    public static string Describe(in Wait wait) =>
        $"{ScopeMemory.Describe(wait.Memory.Object(wait.Object)->Kind)} '{wait.Memory.DescribeObject(wait.Object)}' at {wait.Memory.DescribeSite(wait.Memory.Agent(wait.Agent)->WaitSite)}";

    /// <summary>What a record holds now.</summary>
    /// <param name="node">The record.</param>
    /// <param name="isWaiting">Whether its unit waits: then it has written down where it acquired what it holds.</param>
    public static HeldObject[] Holds(Node node, bool isWaiting)
    {
        (ScopeMemory memory, uint agent) = node;
        Agent? own = memory.IsObserved ? null : memory.Units.Find(memory, agent);
        var found = new Row<HeldObject>();
        foreach ((ulong entry, uint site) in HoldList.Copy(memory, memory.Agent(agent)))
        {
            uint held = HoldEntry.Object(entry);
            if (IsHeld(memory, held, entry, agent))
            {
                string place = own is not null ? Describe(own.PlaceOf(entry))
                    : isWaiting ? memory.DescribeSite(site)
                    : "a place that is written down when the unit waits";
                found.Add(new HeldObject(held, HoldEntry.Mode(entry), place));
            }
        }

        return found.ToArray();
    }

    public static string Describe(SourcePlace place) => string.IsNullOrEmpty(place.File) ? "an unknown place" : $"{Path.GetFileName(place.File)}:{place.Line}";

    private static void AddHolds(Node node, List<HeldPrimitive> holds)
    {
        foreach (HeldObject held in Holds(node, isWaiting: true))
        {
            holds.Add(new HeldPrimitive(node.Memory.DescribeObject(held.Object), ScopeMemory.Describe(node.Memory.Object(held.Object)->Kind), held.Place));
        }
    }

    // An entry may outlive its release by a moment, and a lock's entry outlives a wait for a condition: the word counts.
    private static bool IsHeld(ScopeMemory memory, uint index, ulong entry, uint agent) =>
        HoldEntry.Mode(entry) != HoldMode.Exclusive || (Volatile.Read(ref memory.Object(index)->State) & ~ObjectRecord.WaitersBit) == memory.TagOf(agent);
}

/// <summary>Something that a unit holds.</summary>
internal readonly record struct HeldObject(uint Object, HoldMode Mode, string Place);

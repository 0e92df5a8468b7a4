using System.Globalization;
using Plait.Interop;
using Plait.Memory;
using Plait.Synchronization;
using Plait.Synchronization.Engine;

namespace Plait.Diagnostics;

/// <summary>Makes a <see cref="WaitGraphSnapshot"/> of some memories.</summary>
internal sealed unsafe class SnapshotReader
{
    // A record that changes while it is read is read again, so often at most.
    private const int Tries = 4;

    private readonly IReadOnlyList<SeenMemory> _memories;
    private readonly WaitGraph _graph;
    private readonly List<GraphUnit> _units = [];
    private readonly List<GraphPrimitive> _primitives = [];
    private readonly List<GraphHold> _holds = [];
    private readonly List<(int Unit, Wait Wait)> _waits = [];

    // A unit has a record in each memory that it uses, and is one all the same.
    private readonly Dictionary<(int Pid, int Thread, int Flow), int> _unitNumbers = [];
    private readonly Dictionary<(ScopeMemory, uint), int> _primitiveNumbers = [];
    private readonly HashSet<(int Pid, int Thread, int Flow)> _idle = [];

    private SnapshotReader(IReadOnlyList<SeenMemory> memories)
    {
        _memories = memories;
        _graph = new WaitGraph([.. memories.Select(static seen => seen.Memory)]);
    }

    public static WaitGraphSnapshot Read(IReadOnlyList<SeenMemory> memories, IReadOnlyList<string> unseen, TimeSpan suspectAfter)
    {
        var reader = new SnapshotReader(memories);
        foreach (SeenMemory seen in memories)
        {
            reader.ReadUnits(seen.Memory);
        }

        List<GraphDeadlock> deadlocks = reader.FindDeadlocks();
        GraphWait[] waits = [.. reader._waits.Select(wait => reader.Describe(wait.Unit, wait.Wait))];
        List<GraphSuspicion> suspected = reader.Suspect(deadlocks, waits, suspectAfter);
        return new WaitGraphSnapshot(reader._units, reader._primitives, reader._holds, waits, deadlocks, [.. memories.SelectMany(static seen => seen.Memory.Inversions()).Where(static inversion => !DeadlockDetection.IsAllowed(inversion))], suspected, reader._idle.Except(reader._unitNumbers.Keys).Count(), unseen);
    }

    private void ReadUnits(ScopeMemory memory)
    {
        uint top = Math.Min(Volatile.Read(ref memory.Header->AgentTop), ScopeMemory.MostAgents);
        for (uint agent = 1; agent <= top; agent++)
        {
            if (Volatile.Read(ref memory.Agent(agent)->State) != AgentRecord.Live)
            {
                continue;
            }

            bool isWaiting = TryRead(memory, agent, out Wait wait);
            HeldObject[] holds = WaitText.Holds(new Node(memory, agent), isWaiting || _graph.TryReadUnit(new Node(memory, agent), out _));
            if (!isWaiting && holds.Length == 0)
            {
                _idle.Add(KeyOf(Units.Describe(memory, agent)));
                continue;
            }

            int unit = NumberOf(Units.Describe(memory, agent));
            foreach (HeldObject held in holds)
            {
                _holds.Add(new GraphHold(unit, NumberOf(memory, held.Object), held.Mode switch { HoldMode.Read => "to read", HoldMode.Permit or HoldMode.Returning => "a permit", _ => "alone" }, held.Place));
            }

            if (isWaiting)
            {
                _ = NumberOf(memory, wait.Object);
                _waits.Add((unit, wait));
            }
        }
    }

    private static bool TryRead(ScopeMemory memory, uint agent, out Wait wait)
    {
        for (int i = 1; !WaitGraph.TryRead(memory, agent, out wait); i++)
        {
            if (i == Tries)
            {
                return false;
            }
        }

        return true;
    }

    private List<GraphDeadlock> FindDeadlocks()
    {
        var found = new List<GraphDeadlock>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach ((_, Wait wait) in _waits)
        {
            if (wait.Deadline != MonotonicClock.Never || _graph.FindCircle(wait) is not { } circle || !DeadlockSearch.IsProven(_graph, circle))
            {
                continue;
            }

            int[] units = [.. circle.Select(one => NumberOf(Units.Describe(one.Memory, one.Agent)))];
            if (known.Add(string.Join(' ', units.Order())))
            {
                found.Add(new GraphDeadlock(units, DeadlockSearch.Report(_graph, circle)));
            }
        }

        return found;
    }

    private GraphWait Describe(int unit, in Wait wait)
    {
        long now = Shared.Now;
        int[] blockers = [.. _graph.Edges(wait, out _).Concat(WaitGraph.Expected(wait)).Select(blocker => NumberOf(Units.Describe(blocker.Memory, blocker.Agent))).Distinct()];
        return new GraphWait(
            unit,
            NumberOf(wait.Memory, wait.Object),
            TimeSpan.FromTicks((now - wait.Since) / 100),
            wait.Deadline == MonotonicClock.Never ? null : TimeSpan.FromTicks(Math.Max(0, wait.Deadline - now) / 100),
            wait.Memory.DescribeSite(wait.Memory.Agent(wait.Agent)->WaitSite),
            blockers);
    }

    private List<GraphSuspicion> Suspect(List<GraphDeadlock> deadlocks, GraphWait[] waits, TimeSpan after)
    {
        HashSet<int> locked = [.. deadlocks.SelectMany(static deadlock => deadlock.Units)];
        var found = new List<GraphSuspicion>();
        for (int i = 0; i < waits.Length; i++)
        {
            (int unit, Wait wait) = _waits[i];
            if (waits[i].Lasts >= after && !locked.Contains(unit))
            {
                found.Add(new GraphSuspicion(unit, WaitText.Describe(_graph, wait), ReasonOf(waits[i], wait, waits, locked)));
            }
        }

        return found;
    }

    private string ReasonOf(GraphWait wait, in Wait record, GraphWait[] all, HashSet<int> locked)
    {
        if (_graph.FindCircle(record, withTimed: true) is { } circle && circle.Min(static one => one.Deadline) is var end && end != MonotonicClock.Never)
        {
            double left = Math.Max(0, end - Shared.Now) / 1e9;
            return string.Create(CultureInfo.InvariantCulture, $"it is in a circle of {circle.Length} units that will end by itself: a wait in it has {left:0.0} s left");
        }

        if (_graph.FindCircle(record, withExpected: true) is { } expected)
        {
            return $"it is in a circle of {expected.Length} units, over queues in which each of them alone puts or gets: only a shutdown, or another in their place, can end it";
        }

        int behind = FindBehind(wait, all, locked);
        return behind >= 0 ? $"it stands behind a deadlock: it needs {_units[behind].Unit}"
            : wait.EndsBy is not null ? "it will end by itself"
            : wait.Blockers.Count == 0 ? "whoever could end it may be anybody: it may be as it should be"
            : $"it needs {string.Join(" and ", wait.Blockers.Select(blocker => _units[blocker].Unit))}, and no circle leads back";
    }

    // Somebody in a deadlock for whom it waits, by however many others; -1 for none.
    private static int FindBehind(GraphWait wait, GraphWait[] all, HashSet<int> locked)
    {
        var seen = new HashSet<int>();
        var next = new Queue<int>(wait.Blockers);
        while (next.TryDequeue(out int unit))
        {
            if (locked.Contains(unit))
            {
                return unit;
            }

            if (seen.Add(unit) && Array.Find(all, other => other.Unit == unit) is { } its)
            {
                foreach (int blocker in its.Blockers)
                {
                    next.Enqueue(blocker);
                }
            }
        }

        return -1;
    }

    private int NumberOf(UnitIdentity unit)
    {
        if (!_unitNumbers.TryGetValue(KeyOf(unit), out int number))
        {
            number = _units.Count;
            _unitNumbers.Add(KeyOf(unit), number);
            _units.Add(new GraphUnit(number, unit));
        }

        return number;
    }

    private int NumberOf(ScopeMemory memory, uint index)
    {
        if (!_primitiveNumbers.TryGetValue((memory, index), out int number))
        {
            number = _primitives.Count;
            _primitiveNumbers.Add((memory, index), number);
            ObjectRecord* record = memory.Object(index);
            string label = _memories.First(seen => seen.Memory == memory).Label;
            _primitives.Add(new GraphPrimitive(number, memory.DescribeObject(index), ScopeMemory.Describe(record->Kind), label, (int)Volatile.Read(ref record->QueueLength)));
        }

        return number;
    }

    private static (int, int, int) KeyOf(UnitIdentity unit) => (unit.Pid, unit.ThreadId, unit.FlowId);
}

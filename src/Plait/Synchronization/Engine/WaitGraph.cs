using Plait.Interop;
using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>A unit's record in one of the memories.</summary>
internal readonly record struct Node(ScopeMemory Memory, uint Agent);

/// <summary>One unit's wait, as it was at one moment.</summary>
/// <param name="Memory">Where.</param>
/// <param name="Agent">The record.</param>
/// <param name="Generation">Its use.</param>
/// <param name="Sequence">Its count of changes: even, and the same again, if nothing has changed.</param>
/// <param name="Object">What it waits for.</param>
/// <param name="Since">Since when, by the monotonic clock.</param>
/// <param name="Deadline">Until when.</param>
internal readonly record struct Wait(ScopeMemory Memory, uint Agent, uint Generation, ulong Sequence, uint Object, long Since, long Deadline);

/// <summary>
/// Who waits for whom, read from the records while they change. What it gives is true only if it can be read twice. A unit has a record in
/// each memory that it uses: a circle may run through several memories.
/// </summary>
internal sealed unsafe class WaitGraph(IReadOnlyList<ScopeMemory> memories)
{
    /// <summary>All that this process sees from that memory.</summary>
    public static WaitGraph From(ScopeMemory memory) => new(ScopeMemory.InUse is var all && Array.IndexOf(all, memory) >= 0 ? all : [memory]);

    /// <summary>The wait that the agent is in; false when it is in none, or about to leave it.</summary>
    public static bool TryRead(ScopeMemory memory, uint agent, out Wait wait)
    {
        AgentRecord* record = memory.Agent(agent);
        ulong sequence = Volatile.Read(ref record->Sequence);
        wait = new Wait(memory, agent, record->Generation, sequence, Volatile.Read(ref record->WaitObject), record->WaitSince, record->WaitDeadline);

        // The reads above come before the second look at the sequence: it was raised before and after every change.
        Interlocked.MemoryBarrier();
        return (sequence & 1) == 0 && wait.Object != 0 && Volatile.Read(ref record->Sequence) == sequence
            && record->State == AgentRecord.Live && record->Park is ParkState.Waiting or ParkState.Alerted;
    }

    /// <summary>The wait that the unit is in, in whatever memory.</summary>
    public bool TryReadUnit(Node node, out Wait wait)
    {
        if (TryRead(node.Memory, node.Agent, out wait))
        {
            return true;
        }

        if (memories.Count > 1)
        {
            AgentRecord* record = node.Memory.Agent(node.Agent);
            foreach (Node other in FindUnit(node.Memory, record->Participant, record->ThreadId, record->FlowId))
            {
                if (other != node && TryRead(other.Memory, other.Agent, out wait))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>The units that all have to do something before the wait can end. Empty where anybody might end it, or any of several.</summary>
    public Node[] Blockers(in Wait wait) => Edges(wait, out bool isAny) is var found && !isAny ? found : [];

    /// <summary>The units that have to do something before the wait can end: all of them, or any one where <paramref name="isAny"/>. Empty where anybody might end it.</summary>
    public Node[] Edges(in Wait wait, out bool isAny)
    {
        isAny = false;
        var found = new Row<Node>();
        ObjectRecord* target = wait.Memory.Object(wait.Object);
        switch (target->Kind)
        {
            case ObjectKind.Lock or ObjectKind.ReentrantLock or ObjectKind.Once:
                AddOwner(wait.Memory, target, found);
                break;
            case ObjectKind.ReaderWriterLock:
                AddOwner(wait.Memory, target, found);
                AddReaders(wait.Memory, wait.Object, found);
                AddAhead(wait, found);
                break;
            case ObjectKind.Unit when target->Count == 0:
                AddThreads(wait, found, out isAny);
                break;
            case ObjectKind.Unit:
                // The records of one unit: any of them leads to its wait.
                if (FindUnit(wait.Memory, wait.Memory.Agent(wait.Agent)->Participant, target->Count, 0) is [Node first, ..])
                {
                    found.Add(first);
                }

                break;
        }

        return target->Kind == ObjectKind.Unit && target->Count == 0 ? found.ToArray() : WithoutAwaits(found);
    }

    /// <summary>A circle through the wait: each waits for the next, the last for the first. Null when there is none.</summary>
    /// <param name="first">The wait.</param>
    /// <param name="withExpected">Whether waits lead to those who are only expected to end them: such a circle is no proof.</param>
    /// <param name="withTimed">Whether waits count that will end by themselves. Where a wait has several blockers, only one way may be a deadlock: so it is not enough to look at the circle afterwards.</param>
    public Wait[]? FindCircle(in Wait first, bool withTimed = false, bool withExpected = false)
    {
        if (IsAny(first))
        {
            return TaskKnot.Find(this, first);
        }

        // Depth first, without recursion: the circle is what is on the stack when the start comes up again.
        var path = new Row<Step>();
        var seen = new SeenAgents(memories);
        path.Add(new Step(first, Next(first, withExpected)));
        seen.Add(first);
        while (path.Count > 0)
        {
            ref Step step = ref path[path.Count - 1];
            if (step.Left == 0)
            {
                path.RemoveLast();
                continue;
            }

            if (!TryReadUnit(step.Next[--step.Left], out Wait wait) || (wait.Deadline != MonotonicClock.Never && !withTimed))
            {
                continue;
            }

            // A flow that waits for what it holds itself: a branch of it may be about to release that.
            if (wait == first && !(path.Count == 1 && first.Memory.Agent(first.Agent)->FlowId != 0))
            {
                var circle = new Wait[path.Count];
                for (int i = 0; i < circle.Length; i++)
                {
                    circle[i] = path[i].Wait;
                }

                return circle;
            }

            if (seen.Add(wait))
            {
                path.Add(new Step(wait, Next(wait, withExpected)));
            }
        }

        return null;
    }

    /// <summary>Whether every wait of the circle is still the same, and still blocked by the next. Then there was a moment at which all were.</summary>
    public bool IsStill(Wait[] circle)
    {
        bool isKnot = IsAny(circle[0]);
        for (int i = 0; i < circle.Length; i++)
        {
            if (!TryRead(circle[i].Memory, circle[i].Agent, out Wait now) || now != circle[i] || (!isKnot && !IsBlockedBy(now, circle[(i + 1) % circle.Length])))
            {
                return false;
            }
        }

        return !isKnot || TaskKnot.Find(this, circle[0]) is not null;
    }

    /// <summary>Whether the process of the wait uses all memories that the circle runs through, and so sees it whole.</summary>
    public static bool CanSee(in Wait wait, Wait[] circle)
    {
        uint participant = wait.Memory.Agent(wait.Agent)->Participant;
        foreach (Wait other in circle)
        {
            if (other.Memory != wait.Memory && !FindProcess(wait.Memory, participant, other.Memory, out _))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The records of a unit: of a process's thread, or flow.</summary>
    public Node[] FindUnit(ScopeMemory memory, uint participant, int thread, int flow)
    {
        var found = new Row<Node>();
        foreach (ScopeMemory other in memories)
        {
            if ((thread != 0 || flow != 0) && FindProcess(memory, participant, other, out uint there))
            {
                uint top = Math.Min(Volatile.Read(ref other.Header->AgentTop), ScopeMemory.MostAgents);
                for (uint agent = 1; agent <= top; agent++)
                {
                    AgentRecord* record = other.Agent(agent);
                    if (record->Participant == there && record->ThreadId == thread && record->FlowId == flow && Volatile.Read(ref record->State) == AgentRecord.Live)
                    {
                        found.Add(new Node(other, agent));
                    }
                }
            }
        }

        return found.ToArray();
    }

    /// <summary>
    /// The unit that alone puts into the queue that the wait is at, or alone gets from it, as was promised. Another may take its place or shut the
    /// queue down, so it does not have to do something.
    /// </summary>
    public static Node[] Expected(in Wait wait)
    {
        ScopeMemory memory = wait.Memory;
        ObjectRecord* target = memory.Object(wait.Object);
        QueueControl* control = target->Kind is ObjectKind.QueueItems or ObjectKind.QueueRoom ? memory.Queue(target) : null;
        if (control is null)
        {
            return [];
        }

        uint tag = target->Kind == ObjectKind.QueueItems ? Volatile.Read(ref control->Producer) : Volatile.Read(ref control->Consumer);
        return tag != 0 && memory.TagOf(tag & 0xFFFF) == tag ? [new Node(memory, tag & 0xFFFF)] : [];
    }

    private Node[] Next(in Wait wait, bool withExpected) => withExpected && Expected(wait) is { Length: > 0 } expected ? expected : Blockers(wait);

    /// <summary>Whether any of several units could end the wait: then a circle proves nothing, see <see cref="TaskKnot"/>.</summary>
    public bool IsAny(in Wait wait) => Edges(wait, out bool isAny).Length > 0 && isAny;

    private bool IsBlockedBy(in Wait wait, in Wait other)
    {
        foreach (Node blocker in Edges(wait, out _))
        {
            if (TryReadUnit(blocker, out Wait its) && its == other)
            {
                return true;
            }
        }

        return false;
    }

    // The number that the process has in another memory.
    private static bool FindProcess(ScopeMemory memory, uint participant, ScopeMemory other, out uint there)
    {
        there = other.Own;
        if (memory == other || participant == memory.Own)
        {
            there = memory == other ? participant : there;
            return true;
        }

        ParticipantRecord* mine = memory.Participant(participant);
        uint top = Math.Min(Volatile.Read(ref other.Header->ParticipantTop), ScopeMemory.MostParticipants);
        for (uint i = 0; i < top; i++)
        {
            ParticipantRecord* record = other.Participant(i);
            ulong occupant = Volatile.Read(ref record->Occupant);
            if ((uint)occupant != 0 && (uint)occupant == (uint)Volatile.Read(ref mine->Occupant) && Agree(record->StartTime, mine->StartTime) && Agree(record->PidNamespace, mine->PidNamespace))
            {
                there = ScopeMemory.ParticipantNumber(i, occupant);
                return true;
            }
        }

        return false;

        // Zero: not known. The memory of a process's own threads has neither, for nobody else is in it.
        static bool Agree(ulong one, ulong another) => one == another || one == 0 || another == 0;
    }

    private static void AddOwner(ScopeMemory memory, ObjectRecord* target, Row<Node> found)
    {
        uint tag = Volatile.Read(ref target->State) & ~ObjectRecord.WaitersBit;
        uint agent = tag & 0xFFFF;
        if (tag != 0 && memory.TagOf(agent) == tag)
        {
            found.Add(new Node(memory, agent));
        }
    }

    // A thread whose function awaits a task runs no other, and may yet let go of what it holds: it is not known to be stuck with that.
    private Node[] WithoutAwaits(Row<Node> found)
    {
        var left = new Row<Node>();
        foreach (Node node in found.ToArray())
        {
            if (!TryReadUnit(node, out Wait wait) || TaskEnd.Find(wait.Memory, wait.Object) is not { IsAwait: true })
            {
                left.Add(node);
            }
        }

        return left.ToArray();
    }

    // A thread that has no record has never waited: it is none of a deadlock, and so nobody is who waits for any of them.
    private void AddThreads(in Wait wait, Row<Node> found, out bool isAny)
    {
        isAny = false;
        if (TaskEnd.Find(wait.Memory, wait.Object) is not { } end)
        {
            return;
        }

        uint own = wait.Memory.Agent(wait.Agent)->Participant;
        foreach (int thread in end.Threads(out isAny))
        {
            if (FindUnit(wait.Memory, own, thread, 0) is not [Node first, ..])
            {
                while (found.Count > 0)
                {
                    found.RemoveLast();
                }

                return;
            }

            found.Add(first);
        }
    }

    private static void AddReaders(ScopeMemory memory, uint index, Row<Node> found)
    {
        uint top = Math.Min(Volatile.Read(ref memory.Header->AgentTop), ScopeMemory.MostAgents);
        for (uint agent = 1; agent <= top; agent++)
        {
            AgentRecord* record = memory.Agent(agent);
            if (record->State == AgentRecord.Live && IsReader(memory, record, index))
            {
                found.Add(new Node(memory, agent));
            }
        }
    }

    private static bool IsReader(ScopeMemory memory, AgentRecord* record, uint index)
    {
        foreach (ListedHold hold in HoldList.Copy(memory, record))
        {
            if (HoldEntry.Object(hold.Entry) == index && HoldEntry.Mode(hold.Entry) == HoldMode.Read)
            {
                return true;
            }
        }

        return false;
    }

    // Nobody overtakes: whoever came before has to go first.
    private static void AddAhead(in Wait wait, Row<Node> found)
    {
        ScopeMemory memory = wait.Memory;
        ulong ticket = memory.Agent(wait.Agent)->WaitTicket;
        uint top = Math.Min(Volatile.Read(ref memory.Header->AgentTop), ScopeMemory.MostAgents);
        for (uint agent = 1; agent <= top; agent++)
        {
            AgentRecord* record = memory.Agent(agent);
            if (agent != wait.Agent && record->WaitObject == wait.Object && record->WaitTicket < ticket && record->State == AgentRecord.Live && WaitQueue.IsQueued(record->Park))
            {
                found.Add(new Node(memory, agent));
            }
        }
    }

    // A wait on the way, and how many of its blockers have not been followed yet.
    private struct Step(in Wait wait, Node[] next)
    {
        public readonly Wait Wait = wait;
        public readonly Node[] Next = next;
        public int Left = next.Length;
    }

    // Of each memory a bit for each agent.
    private readonly struct SeenAgents(IReadOnlyList<ScopeMemory> memories)
    {
        private readonly ulong[]?[] _bits = new ulong[]?[memories.Count];

        /// <summary>False when it was there already.</summary>
        public bool Add(in Wait wait)
        {
            int i = 0;
            while (memories[i] != wait.Memory)
            {
                i++;
            }

            ulong[] bits = _bits[i] ??= new ulong[(ScopeMemory.MostAgents + 64) / 64];
            ref ulong word = ref bits[wait.Agent / 64];
            ulong bit = 1UL << (int)(wait.Agent % 64);
            bool isNew = (word & bit) == 0;
            word |= bit;
            return isNew;
        }
    }
}

namespace Plait.Scheduling;

/// <summary>
/// Waiting entries by rank, the smaller first, and by sequence where ranks are equal. A heap of four children a node: half the levels of
/// a binary one, and the children's ranks lie side by side. Ranks stand in the array as well, so that a comparison does not touch the entries.
/// </summary>
/// <remarks>
/// Entries mostly come in order, at least those of one kind. So the heap holds runs: an entry that comes after the last one of a run is linked behind
/// it, and only the first of each run is in the array. A million entries of one priority are one run, and cost what a list costs; without any order
/// each is a run of its own, and this is a plain heap. Whatever the runs are, the order in which entries are taken is the same.
/// </remarks>
internal sealed class EntryHeap
{
    private const int Arity = 4;
    private const int Runs = 256;

    // The position of an entry that is in a run, behind its first.
    private const int InRun = -1;

    private Node[] _nodes = new Node[16];
    private int _count;

    // The last entry of the run that an entry of this kind may continue, if it still waits.
    private readonly SchedulingEntry?[] _lasts = new SchedulingEntry?[Runs];

    public SchedulingEntry Min => _nodes[0].Entry;

    /// <summary>Puts an entry where its <see cref="SchedulingEntry.Rank"/> and <see cref="SchedulingEntry.Sequence"/> say. For entries of no kind, and for all whose rank changes while they wait.</summary>
    public void Add(SchedulingEntry entry)
    {
        if (_count == _nodes.Length)
        {
            Array.Resize(ref _nodes, _count * 2);
        }

        MoveUp(_count++, NodeOf(entry));
    }

    /// <summary>The same, for an entry of a kind whose entries mostly come in order. Kinds may be any numbers; some share their runs.</summary>
    public void Add(SchedulingEntry entry, int kind)
    {
        byte run = (byte)kind;
        entry.Run = run;
        ref SchedulingEntry? last = ref _lasts[run];
        if (last is not null && (entry.Rank > last.Rank || (entry.Rank == last.Rank && entry.Sequence > last.Sequence)))
        {
            entry.Position = InRun;
            entry.Previous = last;
            last.Next = entry;
        }
        else
        {
            Add(entry);
        }

        last = entry;
    }

    public SchedulingEntry TakeMin()
    {
        SchedulingEntry min = _nodes[0].Entry;
        Remove(min);
        return min;
    }

    public void Remove(SchedulingEntry entry)
    {
        SchedulingEntry? next = entry.Next;
        SchedulingEntry? previous = entry.Previous;
        if (ReferenceEquals(_lasts[entry.Run], entry))
        {
            _lasts[entry.Run] = previous;
        }

        if (entry.Position == InRun)
        {
            previous!.Next = next;
            next?.Previous = previous;
        }
        else if (next is not null)
        {
            // The next of its run takes its place, and can only be later.
            next.Previous = null;
            MoveDown(entry.Position, NodeOf(next));
        }
        else
        {
            RemoveAt(entry.Position);
        }

        entry.Next = null;
        entry.Previous = null;
    }

    /// <summary>Moves an entry of no kind whose rank or sequence has changed.</summary>
    public void Update(SchedulingEntry entry) => Place(entry.Position, NodeOf(entry));

    private static Node NodeOf(SchedulingEntry entry) => new(entry.Rank, entry.Sequence, entry);

    private void RemoveAt(int index)
    {
        Node last = _nodes[--_count];
        _nodes[_count] = default;
        if (index != _count)
        {
            Place(index, last);
        }
    }

    private void Place(int index, in Node node)
    {
        if (index > 0 && node.IsBefore(_nodes[(index - 1) / Arity]))
        {
            MoveUp(index, node);
        }
        else
        {
            MoveDown(index, node);
        }
    }

    private void MoveUp(int index, Node node)
    {
        Node[] nodes = _nodes;
        while (index > 0)
        {
            int parent = (index - 1) / Arity;
            if (!node.IsBefore(nodes[parent]))
            {
                break;
            }

            nodes[index] = nodes[parent];
            nodes[index].Entry.Position = index;
            index = parent;
        }

        nodes[index] = node;
        node.Entry.Position = index;
    }

    private void MoveDown(int index, Node node)
    {
        Node[] nodes = _nodes;
        while (true)
        {
            int first = (index * Arity) + 1;
            if (first >= _count)
            {
                break;
            }

            int best = first;
            int end = Math.Min(first + Arity, _count);
            for (int child = first + 1; child < end; child++)
            {
                if (nodes[child].IsBefore(nodes[best]))
                {
                    best = child;
                }
            }

            if (!nodes[best].IsBefore(node))
            {
                break;
            }

            nodes[index] = nodes[best];
            nodes[index].Entry.Position = index;
            index = best;
        }

        nodes[index] = node;
        node.Entry.Position = index;
    }

    private readonly struct Node(long rank, long sequence, SchedulingEntry entry)
    {
        public readonly SchedulingEntry Entry = entry;
        private readonly long _rank = rank;
        private readonly long _sequence = sequence;

        public bool IsBefore(in Node other) => _rank < other._rank || (_rank == other._rank && _sequence < other._sequence);
    }
}

using System.Diagnostics;

namespace Plait.Scheduling;

/// <summary>A list through the entries themselves: nothing is allocated, and an entry leaves from the middle without a search.</summary>
internal struct EntryList
{
    private SchedulingEntry? _head;
    private SchedulingEntry? _tail;

    public readonly bool IsEmpty => _head is null;

    public readonly SchedulingEntry? Head => _head;

    public void AddFirst(SchedulingEntry entry)
    {
        AssertUnlinked(entry);
        entry.Next = _head;
        if (_head is null)
        {
            _tail = entry;
        }
        else
        {
            _head.Previous = entry;
        }

        _head = entry;
    }

    public void AddLast(SchedulingEntry entry)
    {
        AssertUnlinked(entry);
        entry.Previous = _tail;
        if (_tail is null)
        {
            _head = entry;
        }
        else
        {
            _tail.Next = entry;
        }

        _tail = entry;
    }

    public SchedulingEntry TakeFirst()
    {
        SchedulingEntry entry = _head!;
        Remove(entry);
        return entry;
    }

    public void Remove(SchedulingEntry entry)
    {
        if (entry.Previous is { } previous)
        {
            previous.Next = entry.Next;
        }
        else
        {
            Debug.Assert(ReferenceEquals(_head, entry), "an entry without a neighbour before it is the first of its own list");
            _head = entry.Next;
        }

        if (entry.Next is { } next)
        {
            next.Previous = entry.Previous;
        }
        else
        {
            Debug.Assert(ReferenceEquals(_tail, entry), "an entry without a neighbour after it is the last of its own list");
            _tail = entry.Previous;
        }

        entry.Next = null;
        entry.Previous = null;
    }

    /// <summary>Puts all of another list behind this one and empties it, in one step.</summary>
    public void Append(ref EntryList other)
    {
        if (other._head is null)
        {
            return;
        }

        if (_tail is null)
        {
            _head = other._head;
        }
        else
        {
            _tail.Next = other._head;
            other._head.Previous = _tail;
        }

        _tail = other._tail;
        other = default;
    }

    [Conditional("DEBUG")]
    private readonly void AssertUnlinked(SchedulingEntry entry) =>
        Debug.Assert(entry.Next is null && entry.Previous is null && !ReferenceEquals(_head, entry), "an entry is in one list at a time");
}

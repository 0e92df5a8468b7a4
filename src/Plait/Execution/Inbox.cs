namespace Plait.Execution;

/// <summary>What lies in an <see cref="Inbox{T}"/>: linked through itself, in one at a time.</summary>
internal interface IInboxItem<T>
    where T : class, IInboxItem<T>
{
    /// <summary>The one behind it. Belongs to the inbox until it is taken out, then to who took it.</summary>
    T? Next { get; set; }
}

/// <summary>
/// Many put without a lock and never wait for each other; one at a time takes all that is there, in the order in which it came.
/// </summary>
/// <remarks>
/// A stack by compare-and-exchange (Treiber, "Systems programming: coping with parallelism", 1986) that is only ever emptied as a whole: so no
/// element can come back between the look at the head and the exchange. Both exchanges are full fences.
/// </remarks>
internal struct Inbox<T>
    where T : class, IInboxItem<T>
{
    private T? _last;

    public readonly bool IsEmpty => Volatile.Read(in _last) is null;

    /// <summary>Adds one, with a full fence behind it.</summary>
    public void Put(T item)
    {
        while (true)
        {
            T? seen = Volatile.Read(ref _last);
            item.Next = seen;
            if (Interlocked.CompareExchange(ref _last, item, seen) == seen)
            {
                return;
            }
        }
    }

    /// <summary>Takes all, with a full fence.</summary>
    /// <returns>The first that came, linked to those behind it; null for none.</returns>
    public T? TakeAll()
    {
        T? first = null;
        for (T? item = Interlocked.Exchange(ref _last, null); item is not null;)
        {
            T? before = item.Next;
            item.Next = first;
            (first, item) = (item, before);
        }

        return first;
    }
}

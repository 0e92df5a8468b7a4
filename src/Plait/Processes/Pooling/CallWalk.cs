namespace Plait.Processes.Pooling;

/// <summary>
/// A walk over the calls of a worker, from slot to slot: those with numbers within bounds whose end has not arrived. Nothing is allocated. Calls may leave
/// their slots during it, or be replaced there.
/// </summary>
/// <param name="slots">The slots; as many as a power of two.</param>
/// <param name="from">The first slot.</param>
/// <param name="count">How many to look at.</param>
/// <param name="least">The least number.</param>
/// <param name="most">The greatest number.</param>
internal struct CallWalk(PooledCall?[] slots, long from, long count, long least, long most)
{
    private long _looked = -1;

    public PooledCall Current { get; private set; } = null!;

    public readonly CallWalk GetEnumerator() => this;

    public bool MoveNext()
    {
        while (++_looked < count)
        {
            if (Volatile.Read(ref slots[(from + _looked) & (slots.Length - 1)]) is { } call && call.Number >= least && call.Number <= most)
            {
                Current = call;
                return true;
            }
        }

        return false;
    }
}

namespace Plait.Execution;

internal enum MapEventKind
{
    Values,
    ItemFailed,
    Ended,
}

/// <summary>What a chunk's callback told.</summary>
internal readonly record struct MapEvent<TIn, TOut>(MapChunk<TIn, TOut> Chunk, MapEventKind Kind)
{
    public int First { get; init; }

    public int Count { get; init; }

    public long Nanoseconds { get; init; }

    public IDeferredValues<TOut>? Values { get; init; }

    public IDeferredError? Error { get; init; }

    public ChunkEnd End { get; init; }

    public void Drop()
    {
        Values?.Drop();
        Error?.Drop();
    }
}

/// <summary>Events from the threads that serve workers to the one who enumerates.</summary>
internal sealed class MapEvents<TIn, TOut>(MapSignal signal)
{
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private List<MapEvent<TIn, TOut>> _added = [];
    private bool _isClosed;

    // The reader's.
    private List<MapEvent<TIn, TOut>> _taken = [];

    public void Add(MapEvent<TIn, TOut> told)
    {
        lock (_gate)
        {
            if (!_isClosed)
            {
                _added.Add(told);
                told = default;
            }
        }

        // What nobody will read any more holds memory of a worker.
        told.Drop();
        signal.Set();
    }

    /// <summary>Nobody reads any more.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
        }

        foreach (MapEvent<TIn, TOut> told in Take())
        {
            told.Drop();
        }
    }

    /// <summary>All since the last call; good until the next one.</summary>
    public List<MapEvent<TIn, TOut>> Take()
    {
        _taken.Clear();
        lock (_gate)
        {
            (_added, _taken) = (_taken, _added);
        }

        return _taken;
    }
}

/// <summary>A part of a block that was handed out.</summary>
internal sealed class MapChunk<TIn, TOut>(MapEvents<TIn, TOut> events, MapBlock<TIn, TOut> block, int start, int count) : ChunkRequest<TIn, TOut>
{
    public MapBlock<TIn, TOut> Block => block;

    public int Start => start;

    public override long FirstIndex => block.FirstIndex + start;

    public override int Count => count;

    public override ArraySegment<TIn> Items => new(block.Items, start, count);

    /// <summary>Set when the executor has it; another thread may cancel a chunk that has none yet, and <see cref="IsCancelled"/> says so then.</summary>
    public IChunkControl? Control { get; set; }

    public bool IsCancelled { get; set; }

    /// <summary>Items that have ended, for the one who enumerates.</summary>
    public int Done { get; set; }

    /// <summary>Items that are this chunk's business: fewer after it was cut.</summary>
    public required int End { get; set; }

    public override Span<TOut> Target(int first, int count) => block.Values.AsSpan(start + first, count);

    public override void OnValues(int first, int count, long nanoseconds) =>
        events.Add(new(this, MapEventKind.Values) { First = first, Count = count, Nanoseconds = nanoseconds });

    public override void OnValues(int first, int count, long nanoseconds, IDeferredValues<TOut> values) =>
        events.Add(new(this, MapEventKind.Values) { First = first, Count = count, Nanoseconds = nanoseconds, Values = values });

    public override void OnItemFailed(int index, long nanoseconds, IDeferredError error) =>
        events.Add(new(this, MapEventKind.ItemFailed) { First = index, Count = 1, Nanoseconds = nanoseconds, Error = error });

    public override void OnEnded(ChunkEnd end) => events.Add(new(this, MapEventKind.Ended) { End = end });
}

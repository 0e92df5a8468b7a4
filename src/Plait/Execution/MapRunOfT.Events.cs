namespace Plait.Execution;

// What the chunks tell.
internal sealed partial class MapRun<TIn, TOut>
{
    // Items that have failed at least once and have not ended, by their place in the input.
    private readonly Dictionary<long, MapHistory> _histories = [];

    private void Apply()
    {
        List<MapEvent<TIn, TOut>> events = _events.Take();
        if (events.Count == 0)
        {
            return;
        }

        foreach (MapEvent<TIn, TOut> told in events)
        {
            switch (told.Kind)
            {
                case MapEventKind.Values:
                    ApplyValues(told);
                    break;
                case MapEventKind.ItemFailed:
                    told.Chunk.Done++;
                    _running--;
                    _sizer.Add(1, told.Nanoseconds);
                    Judge(told.Chunk.Block, told.Chunk.Start + told.First, new ChunkEnd { Error = told.Error!.Decode() });
                    break;
                default:
                    ApplyEnd(told.Chunk, told.End);
                    break;
            }
        }

        Report();
    }

    private void ApplyValues(in MapEvent<TIn, TOut> told)
    {
        MapChunk<TIn, TOut> chunk = told.Chunk;
        chunk.Done += told.Count;
        _running -= told.Count;
        _sizer.Add(told.Count, told.Nanoseconds);
        MapBlock<TIn, TOut> block = chunk.Block;
        int first = chunk.Start + told.First;
        if (told.Values is { } deferred)
        {
            try
            {
                deferred.Decode(chunk.Target(told.First, told.Count));
            }
            catch (Exception error)
            {
                // Bytes that are no such values, or a user's codec that failed: nobody can say more of these items.
                for (int i = 0; i < told.Count; i++)
                {
                    Judge(block, first + i, new ChunkEnd { Error = error, IsFinal = true });
                }

                return;
            }
        }

        _done += told.Count;
        block.SetValues(first, told.Count);
        if (_histories.Count > 0)
        {
            for (int i = 0; i < told.Count; i++)
            {
                _ = _histories.Remove(block.FirstIndex + first + i);
            }
        }

        if (!_isOrdered)
        {
            _ready.Enqueue((block, first, told.Count));
        }
    }

    private void ApplyEnd(MapChunk<TIn, TOut> chunk, ChunkEnd end)
    {
        Remove(chunk);
        int left = chunk.End - chunk.Done;
        _running -= left;
        if (end.EndsMap)
        {
            _broken ??= end.Error;
            return;
        }

        if (left <= 0 || chunk.IsCancelled)
        {
            return;
        }

        MapBlock<TIn, TOut> block = chunk.Block;
        int first = chunk.Start + chunk.Done;
        if (end.Error is null)
        {
            Repeat(block, first, left, left);
        }
        else if (left == 1)
        {
            Judge(block, first, end);
        }
        else if (end.Culprit >= chunk.Done && end.Culprit < chunk.End)
        {
            int culprit = chunk.Start + end.Culprit;
            Repeat(block, first, culprit - first, culprit - first);
            Judge(block, culprit, end);
            Repeat(block, culprit + 1, first + left - culprit - 1, left);
        }
        else
        {
            // Nobody knows which item it was: alone, each answers for itself.
            Repeat(block, first, left, 1);
        }
    }

    private void Repeat(MapBlock<TIn, TOut> block, int first, int count, int piece)
    {
        if (count > 0 && block.FirstIndex + first < _stopAt)
        {
            _again.Enqueue(new MapRest<TIn, TOut>(block, first, count, piece));
        }
    }

    /// <summary>An item has failed: once more, or for good.</summary>
    private void Judge(MapBlock<TIn, TOut> block, int item, ChunkEnd end)
    {
        long index = block.FirstIndex + item;
        if (index > _stopAt)
        {
            return;
        }

        Exception error = end.Error!;
        MapHistory history = _histories.GetValueOrDefault(index);
        history = new MapHistory(history.Failures + 1, history.Deaths + (end.IsWorkerFault ? 1 : 0));
        if (!end.IsFinal && history.Failures <= _options.Retries.Count && IsWorthRetrying(ref error, end.IsWorkerFault))
        {
            _histories[index] = history;
            Delay(new MapRest<TIn, TOut>(block, item, 1, piece: 1), _options.Retries.WaitAfter(history.Failures));
            return;
        }

        _ = _histories.Remove(index);
        _done++;
        _failed++;
        Errors.Add(index, error);
        block.SetFailure(item, error);
        if (!_isOrdered)
        {
            _ready.Enqueue((block, item, 1));
        }

        if (!_carriesOn)
        {
            StopAt(index);
        }
    }

    private bool IsWorthRetrying(ref Exception error, bool isWorkerFault)
    {
        if (error is OperationCanceledException)
        {
            return false;
        }

        if (_options.Retries.ShouldRetry is not { } judge)
        {
            return isWorkerFault;
        }

        try
        {
            return judge(error);
        }
        catch (Exception thrown)
        {
            // The user's predicate failed: the item has, and both are told.
            error = new AggregateException($"The predicate of the map's retries threw for an item's failure: {error.Message}", error, thrown);
            return false;
        }
    }

    /// <summary>The enumeration will end with this item's failure: only what comes before it still matters.</summary>
    private void StopAt(long index)
    {
        _stopAt = Math.Min(_stopAt, index);
        for (int i = _again.Count; i > 0; i--)
        {
            MapRest<TIn, TOut> rest = _again.Dequeue();
            if (rest.FirstIndex < _stopAt)
            {
                _again.Enqueue(rest);
            }
        }

        foreach (MapChunk<TIn, TOut> chunk in _chunks.ToArray())
        {
            if (chunk.Done < chunk.End && (!_isOrdered || chunk.FirstIndex > _stopAt))
            {
                chunk.IsCancelled = true;
                chunk.Control?.Cancel(new CancellationToken(canceled: true));
            }
        }
    }
}

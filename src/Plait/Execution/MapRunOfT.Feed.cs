namespace Plait.Execution;

// The input, and what is handed out.
internal sealed partial class MapRun<TIn, TOut>
{
    private const int LargestWindow = 131_072;
    private const int FirstWindow = 64;
    private const int ChunksPerWorker = 4;

    // Before anything is known of the items, few are handed out: the sooner the chunks have their size.
    private const int FirstChunksPerWorker = 2;

    private readonly MapChunkSizer _sizer;

    // Parts of blocks to be handed out again: cut off, lost with their worker, or failed and to be tried again.
    private readonly Queue<MapRest<TIn, TOut>> _again = new();

    // Items that were read and are not yet in a block: the first _staged ones.
    private TIn[] _stage = [];
    private int _staged;

    // Grows while workers are idle because the reader waits for an earlier item.
    private int _window = FirstWindow;

    private bool HasSlot => _chunks.Count < (_sizer.HasMeasured ? ChunksPerWorker : FirstChunksPerWorker) * _runner.WorkerCount;

    private bool HasIdleWorker => _chunks.Count < _runner.WorkerCount;

    /// <summary>Hands out as much as makes sense now.</summary>
    private void Feed()
    {
        MoveDueRetries();
        while (HasSlot && _broken is null && !_isCancelled)
        {
            if (_again.TryPeek(out MapRest<TIn, TOut>? rest))
            {
                int piece = rest.Piece;
                Submit(rest.Block, rest.Start, piece);
                rest.Take(piece);
                if (rest.Count == 0)
                {
                    _ = _again.Dequeue();
                }
            }
            else if (IsStopping || !TryFeedInput())
            {
                return;
            }
        }
    }

    /// <summary>Reads on, and hands out a chunk when there is one. False: the input, the window or a waiting reader stands against it.</summary>
    private bool TryFeedInput()
    {
        if (_input.IsEnded)
        {
            return SubmitStage();
        }

        int size = _sizer.Next(_runner.WorkerCount, _input.Total - (_read - _staged));
        int room = (int)Math.Min(WindowFor(size) - (_read - _passed), int.MaxValue) + _staged;
        if (room < size && (room <= _staged || !HasIdleWorker))
        {
            return HasIdleWorker && SubmitStage();
        }

        size = Math.Min(size, room);
        if (_staged < size)
        {
            if (_stage.Length < size)
            {
                Array.Resize(ref _stage, size);
            }

            int count = _input.Read(_stage.AsSpan(_staged, size - _staged));
            _staged += count;
            _read += count;
        }

        if (_staged == size || _input.IsEnded)
        {
            return SubmitStage();
        }

        // The input is slow: an idle worker shall not wait for the rest of a chunk, nor the reader for what is ready.
        Apply();
        if (HasIdleWorker && _staged > 0)
        {
            _ = SubmitStage();
        }

        return !_input.IsPending && !HasReady();
    }

    private long WindowFor(int size) => _options.Window > 0
        ? _options.Window
        : Math.Min(Math.Max((long)ChunksPerWorker * _runner.WorkerCount * size, _window), LargestWindow);

    private bool SubmitStage()
    {
        if (_staged == 0)
        {
            return false;
        }

        int count = _staged;
        TIn[] items = _stage;
        if (items.Length == count)
        {
            _stage = [];
        }
        else
        {
            items = items[..count];
            Array.Clear(_stage, 0, count);
        }

        _staged = 0;
        var block = new MapBlock<TIn, TOut>(items, count, _read - count);
        if (_isOrdered)
        {
            _blocks.Enqueue(block);
        }

        Submit(block, 0, count);
        return true;
    }

    private void Submit(MapBlock<TIn, TOut> block, int start, int count)
    {
        var chunk = new MapChunk<TIn, TOut>(_events, block, start, count)
        {
            End = count,
            Function = _function,
            Name = _options.Name,
            ItemTimeout = _options.ItemTimeout,
            Retries = _options.Retries,
            Deaths = count == 1 && _histories.TryGetValue(block.FirstIndex + start, out MapHistory history) ? history.Deaths : 0,
        };
        lock (_chunks)
        {
            _chunks.Add(chunk);
        }

        _running += count;
        try
        {
            chunk.Control = _runner.RunChunk(chunk);
        }
        catch (Exception error)
        {
            // Items that cannot travel, or an executor that takes no more.
            Remove(chunk);
            _running -= count;
            if (error is ExecutorClosedException or ExecutorBrokenException)
            {
                _broken = error;
            }
            else if (count == 1)
            {
                Judge(block, start, new ChunkEnd { Error = error, IsFinal = true });
            }
            else
            {
                // One by one, it is seen which of them it was.
                _again.Enqueue(new MapRest<TIn, TOut>(block, start, count, piece: 1));
            }

            return;
        }

        // Cancelled by another thread before it had its control.
        bool isCancelled;
        lock (_chunks)
        {
            isCancelled = chunk.IsCancelled || _isCancelled;
        }

        if (isCancelled)
        {
            chunk.Control.Cancel(_cancelledBy);
        }
    }

    private void Remove(MapChunk<TIn, TOut> chunk)
    {
        lock (_chunks)
        {
            _ = _chunks.Remove(chunk);
        }
    }
}

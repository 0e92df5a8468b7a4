using System.Runtime.ExceptionServices;

namespace Plait.Execution;

/// <summary>A map under way. Specification: docs/design/map.md.</summary>
/// <typeparam name="TIn">The items' type.</typeparam>
/// <typeparam name="TOut">What the function returns.</typeparam>
internal sealed partial class MapRun<TIn, TOut> : MapRun<TOut>
{
    private readonly IChunkRunner _runner;
    private readonly MapFunction<TIn, TOut> _function;
    private readonly MapOptions _options;
    private readonly MapInput<TIn> _input;
    private readonly bool _isOrdered;

    // Failures are results like others; otherwise the first one ends the map.
    private readonly bool _carriesOn;
    private readonly TimeProvider _clock;
    private readonly long _startedAt;
    private readonly MapEvents<TIn, TOut> _events;
    private readonly List<CancellationTokenRegistration> _tokens = [];

    // Blocks in the order of the input, until the reader had all of each; only where results come in order.
    private readonly Queue<MapBlock<TIn, TOut>> _blocks = new();

    // Values and failures as they came; only where results come in any order.
    private readonly Queue<(MapBlock<TIn, TOut> Block, int First, int Count)> _ready = new();

    // Guarded by itself: another thread may cancel. Changed by the one who enumerates only.
    private readonly List<MapChunk<TIn, TOut>> _chunks = [];
    private bool _isCancelled;
    private CancellationToken _cancelledBy;

    private int _atHand;
    private long _read;
    private long _passed;
    private long _done;
    private long _failed;
    private long _running;

    // The first failed item, once a failure is to end the map.
    private long _stopAt = long.MaxValue;
    private Exception? _broken;
    private bool _isFinished;
    private bool _isClosed;

    public MapRun(IChunkRunner runner, Func<MapSignal, TimeProvider, MapInput<TIn>> input, MapFunction<TIn, TOut> function, MapOptions options, bool isOrdered, MapRunStart start)
        : base(start.Errors)
    {
        _runner = runner;
        _function = function;
        _options = options;
        _isOrdered = isOrdered;
        _carriesOn = start.CarriesOn;
        _clock = runner.TimeProvider;
        _startedAt = _clock.GetTimestamp();
        _events = new(Signal);
        _input = input(Signal, _clock);
        _sizer = new MapChunkSizer(options.ChunkSize, options.Window, runner.LargestChunk);
        foreach (CancellationToken token in (ReadOnlySpan<CancellationToken>)[options.CancellationToken, start.Token])
        {
            if (token.CanBeCanceled)
            {
                _tokens.Add(token.UnsafeRegister(static (run, token) => ((MapRun<TIn, TOut>)run!).Cancel(token), this));
            }
        }
    }

    public override long? Total => _input.IsEnded ? _read : _input.Total;

    private bool IsStopping => _stopAt != long.MaxValue;

    public override MapStep Step()
    {
        try
        {
            Release();
            Apply();
            ThrowIfCancelled();
            Feed();
            while (true)
            {
                if (TryTake(out MapStep step))
                {
                    return step;
                }

                ThrowIfCancelled();
                ThrowIfBroken();
                if (_input.IsEnded && _staged == 0 && _passed == _read)
                {
                    return Finish();
                }

                if (!Balance())
                {
                    return MapStep.Wait;
                }
            }
        }
        catch
        {
            CancelChunks(new CancellationToken(canceled: true));
            throw;
        }
    }

    public override void Cancel(CancellationToken token)
    {
        lock (_chunks)
        {
            if (_isCancelled)
            {
                return;
            }

            _isCancelled = true;
            _cancelledBy = token;
        }

        CancelChunks(token);
        Signal.Set();
    }

    public override ValueTask CloseAsync()
    {
        if (_isClosed)
        {
            return ValueTask.CompletedTask;
        }

        _isClosed = true;
        foreach (CancellationTokenRegistration token in _tokens)
        {
            token.Unregister();
        }

        _timer?.Dispose();
        CancelChunks(new CancellationToken(canceled: true));
        _events.Close();
        return _input.CloseAsync();
    }

    private MapStep Finish()
    {
        if (!_isFinished)
        {
            _isFinished = true;
            Report();
            if (_input.Error is { } error)
            {
                ExceptionDispatchInfo.Throw(error);
            }
        }

        return MapStep.End;
    }

    private void ThrowIfCancelled()
    {
        if (_isCancelled)
        {
            throw new OperationCanceledException($"The map{(_options.Name is { } name ? $" '{name}'" : string.Empty)} was cancelled.", _cancelledBy);
        }
    }

    private void ThrowIfBroken()
    {
        if (_broken is not null)
        {
            ExceptionDispatchInfo.Throw(_broken);
        }
    }

    private void CancelChunks(CancellationToken token)
    {
        MapChunk<TIn, TOut>[] chunks;
        lock (_chunks)
        {
            // One whose items are all done is about to end: whoever stopped it would stop its worker for nothing.
            chunks = [.. _chunks.Where(static chunk => chunk.Done < chunk.End)];
            foreach (MapChunk<TIn, TOut> chunk in chunks)
            {
                chunk.IsCancelled = true;
            }
        }

        foreach (MapChunk<TIn, TOut> chunk in chunks)
        {
            chunk.Control?.Cancel(token);
        }
    }

    /// <summary>The reader had what was at hand.</summary>
    private void Release()
    {
        _passed += _atHand;
        _atHand = 0;
        Failure = null;
        Values = [];
        First = End = 0;
    }

    private bool TryTake(out MapStep step)
    {
        step = MapStep.Wait;
        (MapBlock<TIn, TOut> Block, int First, int Count) next;
        if (_isOrdered ? !TryTakeHead(out next) : !_ready.TryDequeue(out next))
        {
            return false;
        }

        _atHand = next.Count;
        FirstIndex = next.Block.FirstIndex + next.First;
        if (next.Block.States[next.First] == MapBlock<TIn, TOut>.HasFailed)
        {
            Failure = next.Block.FailureAt(next.First);
            step = MapStep.Failure;
            return true;
        }

        Values = next.Block.Values;
        First = next.First;
        End = next.First + next.Count;
        step = MapStep.Values;
        return true;
    }

    private bool TryTakeHead(out (MapBlock<TIn, TOut> Block, int First, int Count) next)
    {
        next = default;
        if (!HasReady())
        {
            return false;
        }

        MapBlock<TIn, TOut> block = _blocks.Peek();
        bool hasFailed = block.States[block.Next] == MapBlock<TIn, TOut>.HasFailed;
        next = (block, block.Next, hasFailed ? 1 : block.CountValues(block.Next));
        block.Next += next.Count;
        return true;
    }

    /// <summary>Whether the reader could be served now.</summary>
    private bool HasReady()
    {
        if (!_isOrdered)
        {
            return _ready.Count > 0;
        }

        while (_blocks.TryPeek(out MapBlock<TIn, TOut>? block))
        {
            if (block.Next < block.Count)
            {
                return block.States[block.Next] != MapBlock<TIn, TOut>.Pending;
            }

            _ = _blocks.Dequeue();
        }

        return false;
    }

    private void Report() =>
        _options.Progress?.Report(new MapProgress(_done, _failed, _running, Total, _clock.GetElapsedTime(_startedAt)));
}

/// <summary>What an enumeration brings to the start of its run.</summary>
internal readonly record struct MapRunStart(MapErrors Errors, bool CarriesOn, CancellationToken Token);

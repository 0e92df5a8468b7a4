using System.Reflection;
using Plait.Execution;
using Plait.Interop;
using Plait.Memory;
using Plait.Processes.Bootstrap;
using Plait.Processes.Channels;
using Plait.Codecs;
using Plait.Telemetry;

namespace Plait.Processes.Pooling;

/// <summary>
/// A chunk of a map on its way through a pool. Its worker sends results while it runs; how it ends is told with the item that is
/// to blame. Specification: docs/design/map.md.
/// </summary>
internal sealed class ChunkCall<TIn, TOut> : PooledCall, IChunkControl
{
    private const int Nobody = ChunkEnd.Nobody;

    private readonly ChunkRequest<TIn, TOut> _chunk;

    // Items whose end has arrived: results come in order, on the dispatcher thread. Read after the call's end by whichever thread tells it.
    private int _arrived;

    // Guarded by the pool's gate. Items from here on are not this call's any more.
    private int _end;

    // Guarded by the pool's gate. The item whose time is over, and the one that ran when the worker ended.
    private int _overdue = Nobody;
    private int _lastItem = Nobody;

    // Guarded by the pool's gate. The worker ended between two items.
    private bool _isBlameless;
    private volatile bool _isCancelled;

    public ChunkCall(WorkerPool pool, ChunkRequest<TIn, TOut> chunk)
        : base(pool, ChunkFunctions<TIn, TOut>.For(chunk.Function), chunk.Name ?? FunctionName.Of(chunk.Function.Delegate.Method), new TaskOptions { Retries = chunk.Retries })
    {
        _chunk = chunk;
        _end = chunk.Count;
        Deaths = chunk.Deaths;
    }

    public override string Name => _lastItem == Nobody ? base.Name : $"{base.Name} (item {_chunk.FirstIndex + _lastItem})";

    public override string NameOfRun => _arrived < 2 ? $"{base.Name} (item {_chunk.FirstIndex})" : $"{base.Name} (items {_chunk.FirstIndex} to {_chunk.FirstIndex + _arrived - 1})";

    public override Assembly FunctionAssembly => _chunk.Function.Delegate.Method.Module.Assembly;

    // Its end has no body.
    public override bool IsPlain => true;

    public override TimeSpan RunLimit => _chunk.ItemTimeout;

    public void Encode(ValueCodec codec)
    {
        ArraySegment<TIn> segment = _chunk.Items;
        TIn[] items = segment.Offset == 0 && segment.Count == segment.Array!.Length ? segment.Array : segment.ToArray();
        bool isTimed = _chunk.ItemTimeout != Timeout.InfiniteTimeSpan;
        Encode(_chunk.Function.TakesToken ? [_chunk.Function.Delegate, items, isTimed, CancellationToken.None] : [_chunk.Function.Delegate, items, isTimed], codec);
    }

    public bool TryCut(out int next)
    {
        next = Pool.CutChunk(this, Cut);
        return next != Nobody;
    }

    void IChunkControl.Cancel(CancellationToken token)
    {
        _isCancelled = true;
        _ = Pool.Stop(this, StopReason.Cancelled(token));
    }

    /// <summary>The time of the item that runs. When it is over, the items behind it are cut off, so that a stop meets this item or none.</summary>
    public override long DeadlineIn(PooledWorker worker)
    {
        ref CallWords words = ref worker.Channel.WordsOf(Number);
        ulong word = Volatile.Read(ref words.ItemClaim);
        long limit = (long)(_chunk.ItemTimeout.TotalMilliseconds * 1_000_000);
        long now = MonotonicClock.Now;

        // Acquire: pairs with the worker's release of the item, before which the time of its start was written.
        long item = Volatile.Read(ref words.Item);
        if (!ItemClaim.BelongsTo(word, Number) || item < 0 || item >= _chunk.Count)
        {
            return now + limit;
        }

        long began = Volatile.Read(ref words.ItemStartedAt);
        long deadline = began + limit + worker.Paused.OfItem(began);
        if (deadline > now)
        {
            return deadline;
        }

        // Only while it is the last one claimed: a compare-and-swap that fails says that the worker is past it.
        ulong claimed = ItemClaim.Of(Number, (int)item + 1);
        ulong seen = Interlocked.CompareExchange(ref words.ItemClaim, claimed | CallWords.Cut, claimed);
        if (seen != claimed && seen != (claimed | CallWords.Cut))
        {
            return now + limit;
        }

        _overdue = (int)item;
        _end = Math.Min(_end, (int)item + 1);
        return deadline;
    }

    public override StopReason TimeIsOver() => StopReason.TimedOut(_chunk.ItemTimeout);

    public override void OnWorkerGone(PooledWorker worker)
    {
        ref CallWords words = ref worker.Channel.WordsOf(Number);
        long item = Volatile.Read(ref words.Item);
        ulong word = Volatile.Read(ref words.ItemClaim);
        if (ItemClaim.BelongsTo(word, Number))
        {
            // The last one claimed: it ran, or was about to. None when the worker was busy with sending.
            int last = ItemClaim.Claimed(word) - 1;
            _lastItem = item >= 0 && last >= _arrived && last < _end ? last : Nobody;

            // All that was begun has arrived. Whatever ended the worker, it was no item of this chunk.
            _isBlameless = _arrived > 0 && ItemClaim.Claimed(word) == _arrived;
        }
    }

    public override bool ShouldRetry(Exception error) => false;

    public override void OnItems(ReadOnlySpan<byte> body, Channel channel)
    {
        var reader = new PayloadReader(body, channel.Store);
        var message = (ChunkMessage)reader.ReadByte();
        int count = message == ChunkMessage.Error ? 1 : (int)Math.Min(reader.ReadVarint(), int.MaxValue);
        long nanoseconds = (long)Math.Min(reader.ReadVarint(), long.MaxValue);
        if (count < 1 || count > _chunk.Count - _arrived)
        {
            throw new InvalidDataException($"It sent {count} results of a chunk of {_chunk.Count} items, of which {_arrived} had arrived.");
        }

        int first = _arrived;
        _arrived += count;
        switch (message)
        {
            case ChunkMessage.PlainValues when Element<TOut>.IsPlain:
                ReadPlain(ref reader, _chunk.Target(first, count));
                _chunk.OnValues(first, count, nanoseconds);
                break;
            case ChunkMessage.Values when !Element<TOut>.IsPlain:
                _chunk.OnValues(first, count, nanoseconds, new ChunkValues<TOut>(Pool, Worker!, body[reader.Position..].ToArray()));
                break;
            case ChunkMessage.Error:
                _chunk.OnItemFailed(first, nanoseconds, new ChunkError(Worker!, body[reader.Position..].ToArray(), FunctionAssembly));
                break;
            default:
                throw new InvalidDataException($"It sent {message} for results of type {typeof(TOut)}.");
        }
    }

    public override void OnReturned(ref PayloadReader reader)
    {
        if (_arrived < _end)
        {
            _chunk.OnEnded(new ChunkEnd { Error = new InvalidDataException($"Task '{Name}' returned with {_arrived} of the {_end} results it was to send.") });
            return;
        }

        Trace?.End(TaskOutcome.Succeeded, null);
        _chunk.OnEnded(new ChunkEnd());
    }

    public override void OnFailed(Exception error) => _chunk.OnEnded(error switch
    {
        TimeoutException when _overdue != Nobody => new ChunkEnd
        {
            // An item that was finished in the last moment is not to blame, and neither is another.
            Culprit = _overdue,
            Error = _arrived > _overdue
                ? null
                : new TimeoutException($"Item {_chunk.FirstIndex + _overdue} of map '{base.Name}' was stopped: its {_chunk.ItemTimeout} were over."),
        },
        WorkerDiedException when _isBlameless => new ChunkEnd(),
        WorkerDiedException died => new ChunkEnd { Culprit = _lastItem, Error = died, IsWorkerFault = true, IsFinal = died.IsQuarantined },
        ExecutorBrokenException => new ChunkEnd { Error = error, EndsMap = true },
        _ => new ChunkEnd { Error = error },
    });

    public override void OnCancelled(CancellationToken token) => _chunk.OnEnded(new ChunkEnd
    {
        Error = new OperationCanceledException(_isCancelled ? $"Map '{base.Name}' was cancelled." : $"Map '{base.Name}' was cancelled, because its executor was shut down.", token),
        EndsMap = !_isCancelled,
    });

    /// <summary>Under the pool's gate, while a worker runs this call. The first item that it will not begin, or <see cref="Nobody"/>.</summary>
    private int Cut(PooledWorker worker)
    {
        ref ulong claim = ref worker.Channel.WordsOf(Number).ItemClaim;
        while (true)
        {
            ulong seen = Volatile.Read(ref claim);
            int claimed = ItemClaim.Claimed(seen);
            if (!ItemClaim.BelongsTo(seen, Number) || ItemClaim.IsCut(seen) || claimed < 0 || claimed >= _end)
            {
                return Nobody;
            }

            if (Interlocked.CompareExchange(ref claim, seen | CallWords.Cut, seen) == seen)
            {
                _end = claimed;
                return claimed;
            }
        }
    }

    private static void ReadPlain(ref PayloadReader reader, Span<TOut> target)
    {
        Span<byte> bytes = Element<TOut>.Bytes(target);
        if (reader.ReadBulkHeader(bytes.Length, out ReadOnlySpan<byte> inline, out BulkReference reference))
        {
            inline.CopyTo(bytes);
            return;
        }

        using System.Buffers.IMemoryOwner<byte> block = reader.Borrow(reference);
        block.Memory.Span.CopyTo(bytes);
    }
}

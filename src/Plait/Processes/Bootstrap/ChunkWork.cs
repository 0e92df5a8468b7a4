using System.Runtime.CompilerServices;
using Plait.Interop;
using Plait.Memory;

namespace Plait.Processes.Bootstrap;

/// <summary>
/// In a worker: one chunk of a map. Every item is claimed before it begins, so that the parent can cut off what has not begun
/// (docs/design/map.md). The clock is read once a stride, which has as many items as take next to no time.
/// </summary>
internal sealed class ChunkWork<TIn, TOut>
{
    // A stride may take so long; one that takes longer is followed by a single item.
    private const long QuickStride = 20_000;
    private const int LongestStride = 4096;

    // Finished results are sent so often, and at once when they took long: a death loses little.
    private const long FlushInterval = 1_000_000;
    private const long FlushAfter = 200_000;

    private readonly Func<TIn, TOut> _function;
    private readonly TIn[] _items;
    private readonly bool _isTimed;
    private readonly CancellationToken _token;
    private readonly CallContext _context = CallContext.Current!;
    private readonly ChunkSender<TOut> _sender;
    private bool _isCut;

    public ChunkWork(Func<TIn, TOut> function, TIn[] items, bool isTimed, CancellationToken token)
    {
        _function = function;
        _items = items;
        _isTimed = isTimed;
        _token = token;
        _sender = new ChunkSender<TOut>(_context, items.Length);
    }

    public void Run()
    {
        using (_sender)
        {
            RunChunk();
        }
    }

    private void RunChunk()
    {
        ref CallWords words = ref _context.Words;
        words.Item = CallWords.NoItem;

        // Release: pairs with the parent's acquire read; whoever sees the chunk's number sees no item of an earlier chunk.
        Volatile.Write(ref words.ItemClaim, ItemClaim.Of(_context.Call));
        int next = 0;
        int stride = 1;
        long now = MonotonicClock.Now;
        long flushedAt = now;
        while (next < _items.Length)
        {
            long before = now;
            if (_isTimed)
            {
                Volatile.Write(ref words.ItemStartedAt, now);
            }

            next = RunItems(ref words, next, Math.Min(next + stride, _items.Length));
            Volatile.Write(ref words.Item, CallWords.NoItem);
            if (_isCut)
            {
                break;
            }

            now = MonotonicClock.Now;
            stride = _isTimed || now - before >= QuickStride ? 1 : Math.Min(stride * 2, LongestStride);
            if (now - before >= FlushAfter || now - flushedAt >= FlushInterval)
            {
                _sender.Flush();
                flushedAt = now;
            }
            else if (next < _items.Length)
            {
                _sender.FlushSoon();
            }

            if (_token.IsCancellationRequested)
            {
                _sender.Flush();
                throw new OperationCanceledException(_token);
            }
        }

        _sender.Flush();
    }

    private int RunItems(ref CallWords words, int first, int end)
    {
        while (first < end && !_isCut)
        {
            try
            {
                first = RunUntilThrown(ref words, first, end);
            }
            catch (OperationCanceledException) when (_token.IsCancellationRequested)
            {
                // The item was to stop, and it did: the call ends here.
                _sender.Flush();
                throw;
            }
            catch (Exception error)
            {
                // Whatever the function throws, or a result that cannot travel, is this item's end only.
                _sender.Fail(error);
                first = (int)words.Item + 1;
            }
        }

        return first;
    }

    // Optimized at once: one chunk may be all the time there is, and tiers only rise between calls.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private int RunUntilThrown(ref CallWords words, int first, int end)
    {
        Func<TIn, TOut> function = _function;
        TIn[] items = _items;
        ulong claim = ItemClaim.Of(_context.Call, first);
        for (int i = first; i < end; i++, claim++)
        {
            // Makes the item ours, unless the parent has cut it off. It fails for no other reason.
            if (Interlocked.CompareExchange(ref words.ItemClaim, claim + 1, claim) != claim)
            {
                _isCut = true;
                return i;
            }

            CrashPoints.Hit(CrashPoint.ItemClaimed);

            // Release: pairs with the parent's acquire read, which looks at the time of the start afterwards.
            Volatile.Write(ref words.Item, i);
            _sender.Add(function(items[i]));
        }

        return end;
    }
}

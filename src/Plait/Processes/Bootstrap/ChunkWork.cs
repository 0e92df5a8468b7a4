using System.Runtime.CompilerServices;
using Plait.Interop;
using Plait.Memory;

namespace Plait.Processes.Bootstrap;

/// <summary>
/// In a worker: one chunk of a map. Items are claimed in strides, so that the parent can cut off what is not begun
/// (docs/design/map.md); the clock is read once a stride, which has as many items as take next to no time.
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
        ref ChannelState state = ref _context.State;
        state.Item = ChannelState.NoItem;

        // Release: pairs with the parent's acquire read; whoever sees the chunk's number sees no item of an earlier chunk.
        Volatile.Write(ref state.ItemClaim, ItemClaim.Of(_context.Call));
        int next = 0;
        int stride = 1;
        long now = MonotonicClock.Now;
        long flushedAt = now;
        while (next < _items.Length)
        {
            int count = Math.Min(stride, _items.Length - next);
            if (!TryClaim(ref state, next, count))
            {
                break;
            }

            CrashPoints.Hit(CrashPoint.ItemsClaimed);
            long before = now;
            if (_isTimed)
            {
                Volatile.Write(ref state.ItemStartedAt, now);
            }

            RunItems(ref state, next, count);
            Volatile.Write(ref state.Item, ChannelState.NoItem);
            now = MonotonicClock.Now;
            next += count;
            stride = _isTimed || now - before >= QuickStride ? 1 : Math.Min(stride * 2, LongestStride);
            if (now - before >= FlushAfter || now - flushedAt >= FlushInterval)
            {
                _sender.Flush();
                flushedAt = now;
            }

            if (_token.IsCancellationRequested)
            {
                _sender.Flush();
                throw new OperationCanceledException(_token);
            }
        }

        _sender.Flush();
    }

    /// <summary>Makes the items ours, unless the parent has cut them off.</summary>
    private bool TryClaim(ref ChannelState state, int first, int count)
    {
        ulong before = ItemClaim.Of(_context.Call, first);
        return Interlocked.CompareExchange(ref state.ItemClaim, ItemClaim.Of(_context.Call, first + count), before) == before;
    }

    private void RunItems(ref ChannelState state, int first, int count)
    {
        int end = first + count;
        while (first < end)
        {
            try
            {
                first = RunUntilThrown(ref state, first, end);
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
                first = (int)state.Item + 1;
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int RunUntilThrown(ref ChannelState state, int first, int end)
    {
        Func<TIn, TOut> function = _function;
        TIn[] items = _items;
        for (int i = first; i < end; i++)
        {
            // Release: pairs with the parent's acquire read, which looks at the time of the start afterwards.
            Volatile.Write(ref state.Item, i);
            _sender.Add(function(items[i]));
        }

        return end;
    }
}

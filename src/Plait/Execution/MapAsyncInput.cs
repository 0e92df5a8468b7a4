namespace Plait.Execution;

/// <summary>An asynchronous input: read as far as it gives items at once; an item that is still to come holds up nobody.</summary>
internal sealed class MapAsyncInput<TIn>(IAsyncEnumerable<TIn> items, MapSignal signal, TimeProvider clock) : MapInput<TIn>
{
    // Never disposed: a token without a timer or a handle has nothing to give back, and a read may still be under way.
    private readonly CancellationTokenSource _closing = new();
    private IAsyncEnumerator<TIn>? _items;

    // The read, or the disposal after the last one, that is under way.
    private Task<bool>? _moving;
    private Task? _ending;

    public override bool IsPending => _moving is { IsCompleted: false } || _ending is { IsCompleted: false };

    public override int Read(Span<TIn> target)
    {
        int count = 0;
        try
        {
            if (_ending is not null)
            {
                ReadEnd();
                return 0;
            }

            IAsyncEnumerator<TIn> source = _items ??= items.GetAsyncEnumerator(_closing.Token);
            var strides = new Strides(clock);
            while (count < target.Length)
            {
                int end = Math.Min(target.Length, count + strides.Length);
                while (count < end)
                {
                    if (!TryMove(source, out bool hasMoved))
                    {
                        return count;
                    }

                    if (!hasMoved)
                    {
                        BeginEnd(source);
                        return count;
                    }

                    target[count] = source.Current;
                    count++;
                }

                if (!strides.Next())
                {
                    break;
                }
            }
        }
        catch (Exception error)
        {
            // The user's iterator: its exception belongs in the place of the item it did not give.
            IsEnded = true;
            Error = error;
        }

        return count;
    }

    /// <summary>An input in the middle of a read cannot be disposed: it is told by its token, and disposed when the read is over. Nobody waits for that.</summary>
    public override async ValueTask CloseAsync()
    {
        IsEnded = true;
        if (_items is not { } source)
        {
            return;
        }

        _items = null;
        if (_moving is not { IsCompleted: false } moving)
        {
            await source.DisposeAsync().ConfigureAwait(false);
            return;
        }

        _ = DisposeAfterAsync(moving, source);
        await _closing.CancelAsync().ConfigureAwait(false);
    }

    private static async Task DisposeAfterAsync(Task moving, IAsyncEnumerator<TIn> source)
    {
        await moving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await source.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>False: the answer is not there yet.</summary>
    private bool TryMove(IAsyncEnumerator<TIn> source, out bool hasMoved)
    {
        hasMoved = false;
        if (_moving is { } moving)
        {
            if (!moving.IsCompleted)
            {
                return false;
            }

            _moving = null;
            hasMoved = moving.GetAwaiter().GetResult();
            return true;
        }

        ValueTask<bool> move = source.MoveNextAsync();
        if (move.IsCompleted)
        {
            hasMoved = move.GetAwaiter().GetResult();
            return true;
        }

        _moving = move.AsTask();
        _moving.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(signal.Set);
        return false;
    }

    private void BeginEnd(IAsyncEnumerator<TIn> source)
    {
        _items = null;
        ValueTask ending = source.DisposeAsync();
        if (!ending.IsCompleted)
        {
            _ending = ending.AsTask();
            _ending.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(signal.Set);
            return;
        }

        ending.GetAwaiter().GetResult();
        IsEnded = true;
    }

    private void ReadEnd()
    {
        if (_ending!.IsCompleted)
        {
            IsEnded = true;
            _ending.GetAwaiter().GetResult();
        }
    }
}

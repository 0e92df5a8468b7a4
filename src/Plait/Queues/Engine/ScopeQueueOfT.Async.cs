using System.Runtime.CompilerServices;
using Plait.Synchronization.Engine;

namespace Plait.Queues.Engine;

/// <content>What awaits, and what moves several items.</content>
internal abstract partial class ScopeQueue<T>
{
    public void PutMany(ReadOnlySpan<T> items, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ThrowIfClosed();
        ThrowIfCancelled(cancellationToken);
        while (!items.IsEmpty)
        {
            int count = 1;
            if (Priority is not null)
            {
                PutRanked(items[0], Priority(items[0]), new SourcePlace(file, line), cancellationToken);
            }
            else if (!HasPut(TryPutManyNow(items, out count)))
            {
                count = PutSlowly(items[0], 0, Timeout.InfiniteTimeSpan, new SourcePlace(file, line), cancellationToken) ? 1 : 0;
            }

            items = items[count..];
        }
    }

    public int TryPutMany(ReadOnlySpan<T> items)
    {
        ThrowIfClosed();
        return HasPut(TryPutNext(items, out int count)) || GiveUp() ? count : 0;
    }

    public async ValueTask PutManyAsync(ReadOnlyMemory<T> items, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ThrowIfClosed();
        cancellationToken.ThrowIfCancellationRequested();
        while (!items.IsEmpty)
        {
            int count = 1;
            if (Priority is not null)
            {
                await PutRankedAsync(items.Span[0], Priority(items.Span[0]), new SourcePlace(file, line), cancellationToken).ConfigureAwait(Agents.HasTurn);
            }
            else if (!HasPut(TryPutManyNow(items.Span, out count)))
            {
                await PutSurelyAsync(items.Span[0], 0, new SourcePlace(file, line), cancellationToken).ConfigureAwait(Agents.HasTurn);
                count = 1;
            }

            items = items[count..];
        }
    }

    public int GetMany(Span<T> items, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ThrowIfClosed();
        ThrowIfNone(items.Length);
        ThrowIfCancelled(cancellationToken);
        int count;
        while (!HasGot(TryGetManyNow(items, out count)))
        {
            _ = Parts.Items.WaitUntil(QueueSide.Deadline(Timeout.InfiniteTimeSpan), new SourcePlace(file, line), cancellationToken);
        }

        return count;
    }

    public int TryGetMany(Span<T> items)
    {
        ThrowIfClosed();
        return !items.IsEmpty && HasGot(TryGetManyNow(items, out int count)) ? count : 0;
    }

    public async ValueTask<int> GetManyAsync(Memory<T> items, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ThrowIfClosed();
        ThrowIfNone(items.Length);
        cancellationToken.ThrowIfCancellationRequested();
        int count;
        while (!HasGot(TryGetManyNow(items.Span, out count)))
        {
            await Parts.Items.WaitUntilAsync(QueueSide.Deadline(Timeout.InfiniteTimeSpan), new SourcePlace(file, line), cancellationToken).ConfigureAwait(Agents.HasTurn);
        }

        return count;
    }

    public async IAsyncEnumerable<T> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            T item;
            try
            {
                item = await GetAsync(cancellationToken).ConfigureAwait(Agents.HasTurn);
            }
            catch (QueueShutdownException)
            {
                yield break;
            }

            yield return item;
        }
    }

    public IEnumerable<T> ReadAll(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            T item;
            try
            {
                item = Get(cancellationToken);
            }
            catch (QueueShutdownException)
            {
                yield break;
            }

            yield return item;
        }
    }

    // With priorities one by one, each having its own.
    private QueueResult TryPutNext(ReadOnlySpan<T> items, out int count)
    {
        if (Priority is null)
        {
            return TryPutManyNow(items, out count);
        }

        QueueResult result = QueueResult.Done;
        for (count = 0; count < items.Length && (result = TryPutNow(items[count], Priority(items[count]))) == QueueResult.Done;)
        {
            count++;
        }

        if (count > 0)
        {
            _ = GiveUp();
            return QueueResult.Done;
        }

        return result;
    }

    private static void ThrowIfNone(int items)
    {
        if (items == 0)
        {
            throw new ArgumentException("There is no place for an item: the span is empty.", nameof(items));
        }
    }

    private async ValueTask PutSurelyAsync(T item, long rank, SourcePlace site, CancellationToken token) =>
        await PutSlowlyAsync(item, rank, Timeout.InfiniteTimeSpan, site, token).ConfigureAwait(Agents.HasTurn);

    private async ValueTask<bool> PutSlowlyAsync(T item, long rank, TimeSpan timeout, SourcePlace site, CancellationToken token)
    {
        object? encoded = TakeEncoded();
        bool isPut = false;
        try
        {
            long deadline = QueueSide.Deadline(timeout);
            bool isInTime = true;
            while (!isPut && isInTime)
            {
                isInTime = await Parts.Room.WaitUntilAsync(deadline, site, token).ConfigureAwait(Agents.HasTurn);
                isPut = HasPut(TryPutEncoded(item, encoded, rank));
            }

            return isPut;
        }
        finally
        {
            EndEncoded(encoded, isPut);
        }
    }

    private async ValueTask<T> GetSurelyAsync(SourcePlace site, CancellationToken token)
    {
        (_, T? item) = await GetSlowlyAsync(Timeout.InfiniteTimeSpan, site, token).ConfigureAwait(Agents.HasTurn);
        return item!;
    }

    private async ValueTask<(bool IsTaken, T? Item)> GetSlowlyAsync(TimeSpan timeout, SourcePlace site, CancellationToken token)
    {
        long deadline = QueueSide.Deadline(timeout);
        while (await Parts.Items.WaitUntilAsync(deadline, site, token).ConfigureAwait(Agents.HasTurn))
        {
            if (HasGot(TryGetNow(out T item)))
            {
                return (true, item);
            }
        }

        return HasGot(TryGetNow(out T last)) ? (true, last) : (false, default);
    }
}

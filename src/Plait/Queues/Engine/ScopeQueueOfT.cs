using System.Runtime.CompilerServices;
using Plait.Memory;
using Plait.Synchronization.Engine;

namespace Plait.Queues.Engine;

/// <summary>A queue as its users see it: the waits around the operations that do not wait.</summary>
/// <typeparam name="T">What is put and got.</typeparam>
internal abstract partial class ScopeQueue<T>(QueueParts parts, Func<T, long>? priority) : ScopeQueue(parts), IJoinableQueue<T>
{
    private readonly StreamSpin _getStream = new();
    private readonly StreamSpin _putStream = new();

    public override Type ItemType => typeof(T);

    public override Delegate? PriorityFunction => Priority;

    protected Func<T, long>? Priority { get; } = priority;

    public void Put(T item, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ThrowIfClosed();
        ThrowIfCancelled(cancellationToken);
        long rank = RankOf(item);
        if (!HasPut(TryPutNow(item, rank)))
        {
            _ = PutSlowly(item, rank, Timeout.InfiniteTimeSpan, new SourcePlace(file, line), cancellationToken);
        }
    }

    public bool TryPut(T item)
    {
        ThrowIfClosed();
        return HasPut(TryPutNow(item, RankOf(item))) || GiveUp();
    }

    public bool TryPut(T item, TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ThrowIfClosed();
        _ = QueueSide.Deadline(timeout);
        ThrowIfCancelled(cancellationToken);
        long rank = RankOf(item);
        return HasPut(TryPutNow(item, rank)) || PutSlowly(item, rank, timeout, new SourcePlace(file, line), cancellationToken);
    }

    public ValueTask PutAsync(T item, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        PutRankedAsync(item, RankOf(item), new SourcePlace(file, line), cancellationToken);

    public ValueTask<bool> TryPutAsync(T item, TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ThrowIfClosed();
        _ = QueueSide.Deadline(timeout);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<bool>(cancellationToken);
        }

        long rank = RankOf(item);
        return HasPut(TryPutNow(item, rank))
            ? new ValueTask<bool>(result: true)
            : PutSlowlyAsync(item, rank, timeout, new SourcePlace(file, line), cancellationToken);
    }

    public T Get(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ThrowIfClosed();
        ThrowIfCancelled(cancellationToken);
        if (!HasGot(TryGetNow(out T item)))
        {
            _ = GetSlowly(out item, Timeout.InfiniteTimeSpan, new SourcePlace(file, line), cancellationToken);
        }

        return item;
    }

    public bool TryGet(out T item)
    {
        ThrowIfClosed();
        return HasGot(TryGetNow(out item));
    }

    public bool TryGet(TimeSpan timeout, out T item, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ThrowIfClosed();
        _ = QueueSide.Deadline(timeout);
        ThrowIfCancelled(cancellationToken);
        return HasGot(TryGetNow(out item)) || GetSlowly(out item, timeout, new SourcePlace(file, line), cancellationToken);
    }

    public ValueTask<T> GetAsync(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ThrowIfClosed();
        return cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<T>(cancellationToken)
            : HasGot(TryGetNow(out T item)) ? new ValueTask<T>(item)
            : GetSurelyAsync(new SourcePlace(file, line), cancellationToken);
    }

    public ValueTask<(bool IsTaken, T? Item)> TryGetAsync(TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ThrowIfClosed();
        _ = QueueSide.Deadline(timeout);
        return cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<(bool IsTaken, T? Item)>(cancellationToken)
            : HasGot(TryGetNow(out T item)) ? new ValueTask<(bool IsTaken, T? Item)>((true, item))
            : GetSlowlyAsync(timeout, new SourcePlace(file, line), cancellationToken);
    }

    public bool TryPeek(out T item)
    {
        ThrowIfClosed();
        return HasGot(TryPeekNow(out item));
    }

    /// <summary>Puts if there is room now.</summary>
    protected abstract QueueResult TryPutNow(in T item, long priority);

    protected abstract QueueResult TryGetNow(out T item);

    protected abstract QueueResult TryPeekNow(out T item);

    protected abstract QueueResult TryPutManyNow(ReadOnlySpan<T> items, out int count);

    protected abstract QueueResult TryGetManyNow(Span<T> items, out int count);

    /// <summary>What the put that has just found no room has encoded, for the same put when there is; null where nothing is encoded.</summary>
    protected virtual object? TakeEncoded() => null;

    /// <summary>Puts that if there is room now.</summary>
    protected virtual QueueResult TryPutEncoded(in T item, object? encoded, long priority) => TryPutNow(item, priority);

    /// <summary>It is put, or will not be.</summary>
    protected virtual void EndEncoded(object? encoded, bool isPut)
    {
    }

    /// <summary>Does not wait for room. False.</summary>
    protected bool GiveUp()
    {
        EndEncoded(TakeEncoded(), isPut: false);
        return false;
    }

    /// <summary>The same with a priority that the caller gives.</summary>
    protected bool TryPutRanked(T item, long rank)
    {
        ThrowIfClosed();
        return HasPut(TryPutNow(item, rank)) || GiveUp();
    }

    protected void PutRanked(T item, long rank, SourcePlace site, CancellationToken token)
    {
        ThrowIfClosed();
        ThrowIfCancelled(token);
        if (!HasPut(TryPutNow(item, rank)))
        {
            _ = PutSlowly(item, rank, Timeout.InfiniteTimeSpan, site, token);
        }
    }

    protected ValueTask PutRankedAsync(T item, long rank, SourcePlace site, CancellationToken token)
    {
        ThrowIfClosed();
        if (token.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(token);
        }

        return HasPut(TryPutNow(item, rank)) ? ValueTask.CompletedTask : PutSurelyAsync(item, rank, site, token);
    }

    private long RankOf(in T item) => Priority is null ? 0 : Priority(item);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected bool HasPut(QueueResult result) => result == QueueResult.Done || (result != QueueResult.NotNow && Fail(result));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected bool HasGot(QueueResult result) => result == QueueResult.Done || (result != QueueResult.NotNow && Fail(result));

    private bool Fail(QueueResult result) => throw (result == QueueResult.ShutDown ? ShutdownError() : Parts.Damaged());

    private static void ThrowIfCancelled(CancellationToken token)
    {
        if (token.IsCancellationRequested)
        {
            token.ThrowIfCancellationRequested();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool PutSlowly(T item, long rank, TimeSpan timeout, SourcePlace site, CancellationToken token)
    {
        object? encoded = TakeEncoded();
        bool isPut = false;
        try
        {
            isPut = _putStream.Look(Parts, ObjectKind.QueueRoom) && HasPut(TryPutEncoded(item, encoded, rank));
            long deadline = isPut ? 0 : QueueSide.Deadline(timeout);
            bool isInTime = true;
            while (!isPut && isInTime)
            {
                // Once more also at the end: room and the end of the time may have come together.
                isInTime = Parts.Room.WaitUntil(deadline, site, token);
                isPut = HasPut(TryPutEncoded(item, encoded, rank));
            }

            return isPut;
        }
        finally
        {
            EndEncoded(encoded, isPut);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool GetSlowly(out T item, TimeSpan timeout, SourcePlace site, CancellationToken token)
    {
        if (_getStream.Look(Parts, ObjectKind.QueueItems) && HasGot(TryGetNow(out item)))
        {
            return true;
        }

        long deadline = QueueSide.Deadline(timeout);
        do
        {
            if (!Parts.Items.WaitUntil(deadline, site, token))
            {
                return HasGot(TryGetNow(out item));
            }
        }
        while (!HasGot(TryGetNow(out item)));
        return true;
    }
}

namespace Plait.Execution;

/// <summary>
/// Some items in a row for one worker. The callbacks are called by any thread, one after another: results and exceptions in the
/// items' order without gaps, then the end, once. They only note and signal, so that threads that serve workers may call them.
/// </summary>
internal abstract class ChunkRequest<TIn, TOut>
{
    public required MapFunction<TIn, TOut> Function { get; init; }

    /// <summary>What the map is called; null for the function's name.</summary>
    public required string? Name { get; init; }

    public required TimeSpan ItemTimeout { get; init; }

    public required RetryPolicy Retries { get; init; }

    /// <summary>Workers that a single item has killed in earlier attempts.</summary>
    public required int Deaths { get; init; }

    /// <summary>Place of the first item in the map's input.</summary>
    public abstract long FirstIndex { get; }

    public abstract int Count { get; }

    public abstract ArraySegment<TIn> Items { get; }

    /// <summary>Where the values of so many items from <paramref name="first"/> on belong. To be written before <see cref="OnValues(int, int, long)"/> says so.</summary>
    public abstract Span<TOut> Target(int first, int count);

    /// <summary>Values are in their places.</summary>
    public abstract void OnValues(int first, int count, long nanoseconds);

    /// <summary>Values have arrived and are still to be decoded, by the thread that enumerates: that may run a user's code.</summary>
    public abstract void OnValues(int first, int count, long nanoseconds, IDeferredValues<TOut> values);

    /// <summary>The function threw for an item; the chunk goes on.</summary>
    public abstract void OnItemFailed(int index, long nanoseconds, IDeferredError error);

    public abstract void OnEnded(ChunkEnd end);
}

/// <summary>Something that has arrived and is not decoded. It is decoded once, or dropped, by the thread that enumerates.</summary>
internal interface IDeferred
{
    void Drop();
}

/// <summary>Values that are not decoded.</summary>
internal interface IDeferredValues<TOut> : IDeferred
{
    void Decode(Span<TOut> target);
}

/// <summary>An exception that is not decoded.</summary>
internal interface IDeferredError : IDeferred
{
    Exception Decode();
}

/// <summary>An exception that needs no decoding.</summary>
internal sealed class PlainError(Exception error) : IDeferredError
{
    public Exception Decode() => error;

    public void Drop()
    {
        // It holds nothing.
    }
}

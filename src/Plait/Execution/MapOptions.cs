namespace Plait.Execution;

/// <summary>How a map runs. Immutable.</summary>
public sealed record MapOptions
{
    internal static readonly MapOptions Default = new();

    /// <summary>What it is called in messages. Default: null, the function's own name.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// The most items that are read from the input and not yet taken from the results. Default: 0, automatic: at least four chunks a worker,
    /// more while workers are idle because an earlier item is slow, never over 131,072.
    /// </summary>
    public int Window { get; init; }

    /// <summary>
    /// Items that travel together. Default: 0, automatic: by the time that items take, so that a chunk takes some milliseconds; from 1 to 16,384.
    /// Whatever it is, items behind a slow one are taken back and run elsewhere when a worker is idle.
    /// </summary>
    public int ChunkSize { get; init; }

    /// <summary>How long the function may take for one item, from its start. Then it is stopped, as a task is, and that item fails with a <see cref="TimeoutException"/>. Each attempt has it anew. Default: for ever.</summary>
    public TimeSpan ItemTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>
    /// Which failures of an item are tried again, how often and when; an attempt after the first runs alone. <see cref="RetryPolicy.ShouldRetry"/> runs
    /// on the thread that enumerates. A number converts to a policy. Default: none.
    /// </summary>
    public RetryPolicy Retries { get; init; } = RetryPolicy.None;

    /// <summary>What happens when an item fails for good. Default: the enumeration throws.</summary>
    public MapErrorMode OnError { get; init; }

    /// <summary>Told how far the map has come, on the thread that enumerates: after results arrived, and at the end. Default: nobody.</summary>
    public IProgress<MapProgress>? Progress { get; init; }

    /// <summary>Ends the map: what is under way is cancelled, and the enumeration throws <see cref="OperationCanceledException"/>. Default: never.</summary>
    public CancellationToken CancellationToken { get; init; }

    internal void Validate()
    {
        ThrowIfNegative(nameof(Window), Window, "0 means automatic.");
        ThrowIfNegative(nameof(ChunkSize), ChunkSize, "0 means automatic.");
        if (Window > 0 && ChunkSize > Window)
        {
            throw new ArgumentOutOfRangeException(nameof(ChunkSize), ChunkSize, $"A chunk cannot have more items than the window, which has {Window}.");
        }

        if (ItemTimeout <= TimeSpan.Zero && ItemTimeout != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(ItemTimeout), ItemTimeout, "The time an item may take must be positive, or Timeout.InfiniteTimeSpan.");
        }

        if (ItemTimeout.TotalMilliseconds > uint.MaxValue - 1)
        {
            throw new ArgumentOutOfRangeException(nameof(ItemTimeout), ItemTimeout, "The time an item may take is limited to 49 days; Timeout.InfiniteTimeSpan means no limit.");
        }

        if (!Enum.IsDefined(OnError))
        {
            throw new ArgumentOutOfRangeException(nameof(OnError), OnError, "There is no such way to deal with errors.");
        }

        ArgumentNullException.ThrowIfNull(Retries, nameof(Retries));
    }

    private static void ThrowIfNegative(string name, int value, string why)
    {
        if (value < 0)
        {
            throw new ArgumentOutOfRangeException(name, value, $"A number of items must not be negative; {why}");
        }
    }
}

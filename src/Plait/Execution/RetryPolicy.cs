namespace Plait.Execution;

/// <summary>Which failures of a task are tried again, how often, and how long to wait before. Immutable.</summary>
public sealed record RetryPolicy
{
    private readonly int _count;
    private readonly TimeSpan _backoff;
    private readonly double _factor = 2;
    private readonly TimeSpan _longestBackoff = TimeSpan.FromSeconds(30);

    /// <summary>No retries.</summary>
    public static RetryPolicy None { get; } = new();

    /// <summary>How many attempts may follow the first. Default: 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public int Count
    {
        get => _count;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(Count));
            _count = value;
        }
    }

    /// <summary>The wait before the second attempt. Default: none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public TimeSpan Backoff
    {
        get => _backoff;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero, nameof(Backoff));
            _backoff = value;
        }
    }

    /// <summary>By how much the wait grows with every further attempt. Default: 2.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than 1.</exception>
    public double BackoffFactor
    {
        get => _factor;
        init
        {
            if (!(value >= 1))
            {
                throw new ArgumentOutOfRangeException(nameof(BackoffFactor), value, "Waits grow: the factor must be 1 or more.");
            }

            _factor = value;
        }
    }

    /// <summary>No wait is longer. Default: 30 seconds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public TimeSpan LongestBackoff
    {
        get => _longestBackoff;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero, nameof(LongestBackoff));
            _longestBackoff = value;
        }
    }

    /// <summary>
    /// Says of a failure whether it is worth another attempt; runs in the submitting process, on a thread-pool thread. Cancellation is never
    /// tried again. Default: null, the executor's own judgement: only what is no fault of the function's logic, such as the death of its worker.
    /// </summary>
    public Func<Exception, bool>? ShouldRetry { get; init; }

    /// <summary>A number of retries without waits.</summary>
    /// <param name="count">How many attempts may follow the first.</param>
    /// <returns>The policy.</returns>
    public static implicit operator RetryPolicy(int count) => FromInt32(count);

    /// <summary>A number of retries without waits.</summary>
    /// <param name="count">How many attempts may follow the first.</param>
    /// <returns>The policy.</returns>
    public static RetryPolicy FromInt32(int count) => count == 0 ? None : new RetryPolicy { Count = count };

    /// <summary>The wait before the attempt after <paramref name="failures"/> failed ones.</summary>
    internal TimeSpan WaitAfter(int failures)
    {
        // The power may be infinite, and no multiple of nothing then.
        if (Backoff == TimeSpan.Zero)
        {
            return TimeSpan.Zero;
        }

        double wait = Backoff.TotalMilliseconds * Math.Pow(BackoffFactor, Math.Max(0, failures - 1));
        return wait >= LongestBackoff.TotalMilliseconds ? LongestBackoff : TimeSpan.FromMilliseconds(wait);
    }
}

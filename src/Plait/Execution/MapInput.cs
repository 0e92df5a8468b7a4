namespace Plait.Execution;

/// <summary>The input of a map, read by whoever enumerates the results. What it throws is kept as its end.</summary>
internal abstract class MapInput<TIn>
{
    // A read returns after so many nanoseconds with what it has: a slow input must not hold back results.
    private const double LongestRead = 200_000;

    /// <summary>Whether there is nothing more to read.</summary>
    public bool IsEnded { get; protected set; }

    /// <summary>What it ended with instead of its end.</summary>
    public Exception? Error { get; protected set; }

    /// <summary>Whether the next item is on its way; the signal is set when it is there.</summary>
    public virtual bool IsPending => false;

    /// <summary>How many items there are, where the input says so.</summary>
    public virtual long? Total => null;

    /// <summary>Takes items until the target is full, the input ends or keeps us waiting. The number taken.</summary>
    public abstract int Read(Span<TIn> target);

    public abstract ValueTask CloseAsync();

    /// <summary>How many items to take before the next look at the clock: more as long as that takes next to no time.</summary>
    protected struct Strides
    {
        private const double Quick = 20_000;
        private readonly TimeProvider _clock;
        private readonly long _start;
        private long _last;

        public Strides(TimeProvider clock)
        {
            _clock = clock;
            _start = _last = clock.GetTimestamp();
            Length = 1;
        }

        public int Length { get; private set; }

        /// <summary>After a stride; false when it is time to stop.</summary>
        public bool Next()
        {
            long now = _clock.GetTimestamp();
            Length = _clock.GetElapsedTime(_last, now).TotalNanoseconds < Quick ? Math.Min(Length * 2, 4096) : 1;
            _last = now;
            return _clock.GetElapsedTime(_start, now).TotalNanoseconds < LongestRead;
        }
    }
}

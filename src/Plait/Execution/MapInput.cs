namespace Plait.Execution;

/// <summary>The input of a map, read by whoever enumerates the results. What it throws is kept as its end.</summary>
internal abstract class MapInput<TIn>
{
    // A read returns after so long with what it has: a slow input must not hold back results.
    private const long LongestRead = 200_000;

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
        private const long Quick = 20_000;
        private readonly long _end;
        private long _last;

        public Strides()
        {
            _last = Now;
            _end = _last + LongestRead;
            Length = 1;
        }

        public int Length { get; private set; }

        private static long Now => TimeProvider.System.GetTimestamp() * (1_000_000_000 / TimeProvider.System.TimestampFrequency);

        /// <summary>After a stride; false when it is time to stop.</summary>
        public bool Next()
        {
            long now = Now;
            Length = now - _last < Quick ? Math.Min(Length * 2, 4096) : 1;
            _last = now;
            return now < _end;
        }
    }
}

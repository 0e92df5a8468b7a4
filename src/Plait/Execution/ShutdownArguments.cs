namespace Plait.Execution;

/// <summary>What every executor asks of the arguments of a shutdown, and what it takes where it is given none.</summary>
internal static class ShutdownArguments
{
    /// <summary>How long a Dispose waits where nobody says: as long as a host gives its services.</summary>
    public static readonly TimeSpan DisposeTimeout = TimeSpan.FromSeconds(30);

    public static void ThrowIfWrong(ShutdownMode mode, TimeSpan timeout)
    {
        if (!Enum.IsDefined(mode))
        {
            throw new ArgumentOutOfRangeException(nameof(mode), mode, "There is no such way to shut down.");
        }

        if (timeout < TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "A time must not be negative; Timeout.InfiniteTimeSpan means for ever.");
        }
    }
}

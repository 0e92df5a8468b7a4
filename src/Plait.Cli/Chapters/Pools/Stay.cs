namespace Plait.Cli.Chapters.Pools;

/// <summary>When a job ran and where, as it says itself. The clock is that of the machine, the same in all its processes.</summary>
internal readonly record struct Stay(long From, long To, int Pid)
{
    public static Stay Compute(int steps)
    {
        long from = TimeProvider.System.GetTimestamp();
        ulong number = 1;
        for (int i = 0; i < steps; i++)
        {
            number = (number * 6364136223846793005) + 1;
        }

        GC.KeepAlive(number == 0 ? "never" : null);
        return Until(from);
    }

    public static Stay Block(TimeSpan wait)
    {
        long from = TimeProvider.System.GetTimestamp();
        Sleep.AtLeast(wait);
        return Until(from);
    }

    /// <summary>As <see cref="Block"/>, without a thread.</summary>
    public static async Task<Stay> AwaitAsync(TimeSpan wait)
    {
        long from = TimeProvider.System.GetTimestamp();
        for (TimeSpan left = wait; left > TimeSpan.Zero; left = wait - TimeProvider.System.GetElapsedTime(from))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), TimeProvider.System);
        }

        return Until(from);
    }

    /// <summary>The most of them that had begun and not ended at one time.</summary>
    public static int AtOnce(IEnumerable<Stay> stays)
    {
        int now = 0;
        int most = 0;

        // Of an end and a beginning at the same tick the end is first: those two did not overlap.
        foreach ((_, int change) in stays.SelectMany(static stay => new[] { (At: stay.From, Change: 1), (At: stay.To, Change: -1) }).Order())
        {
            most = Math.Max(most, now += change);
        }

        return most;
    }

    private static Stay Until(long from) => new(from, TimeProvider.System.GetTimestamp(), Environment.ProcessId);
}

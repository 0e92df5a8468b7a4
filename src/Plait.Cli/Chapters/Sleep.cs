namespace Plait.Cli.Chapters;

/// <summary>How a chapter's own function sleeps: it stands for a wait of the kind that is being shown.</summary>
internal static class Sleep
{
    /// <summary>
    /// Blocks the thread for the time or a little longer, never less. Timers count in milliseconds of a clock of their own and may end a
    /// fraction of one early as <see cref="TimeProvider.GetTimestamp"/> counts, by which chapters say what took at least how long.
    /// </summary>
    public static void AtLeast(TimeSpan time)
    {
        TimeProvider clock = TimeProvider.System;
        long start = clock.GetTimestamp();
        for (TimeSpan left = time; left > TimeSpan.Zero; left = time - clock.GetElapsedTime(start))
        {
            Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), clock).Wait();
        }
    }
}

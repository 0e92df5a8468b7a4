using System.Globalization;

namespace Plait.Tests.Processes.Deaths;

/// <summary>How long things may take.</summary>
internal static class Limits
{
    /// <summary>After this a wait counts as hung.</summary>
    public static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);

    /// <summary>
    /// A second of a machine that has a processor free. Where more is runnable than there are processors it is as much
    /// longer as everything else is.
    /// </summary>
    public static TimeSpan OneSecond()
    {
        string[] fields = File.ReadAllText("/proc/loadavg").Split(' ');
        double lately = double.Parse(fields[0], CultureInfo.InvariantCulture);
        double now = double.Parse(fields[3].Split('/')[0], CultureInfo.InvariantCulture);
        return TimeSpan.FromSeconds(Math.Max(1, Math.Max(lately, now) / Environment.ProcessorCount));
    }

    /// <summary>Blocks until the condition holds, looking every few milliseconds: for what the kernel tells nobody.</summary>
    public static void Until(Func<bool> holds, string what)
    {
        using var never = new ManualResetEventSlim();
        long start = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Hang)
            {
                throw new TimeoutException($"Not seen within {Hang}: {what}.");
            }

            never.Wait(5);
        }
    }
}

using System.Diagnostics;

namespace Plait.CrashDummy;

/// <summary>What a process does until somebody ends it.</summary>
internal static class Forever
{
    public const string Program = "sleep";
    public const string Seconds = "1000";

    /// <summary>A foreign program that outlives everything unless it is killed. Its pid.</summary>
    public static int StartSleep()
    {
        using Process sleep = Process.Start(Program, Seconds);
        return sleep.Id;
    }

    public static void Wait()
    {
        using var never = new ManualResetEventSlim();
        never.Wait();
    }

    public static void Compute()
    {
        ulong state = 1;
        while (state != 0)
        {
            // A full cycle through all odd numbers: it never becomes 0.
            state = (state * 6364136223846793005) | 1;
        }
    }
}

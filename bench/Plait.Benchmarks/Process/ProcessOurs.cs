namespace Plait.Benchmarks.Process;

/// <summary>What Plait does in the cases of <see cref="ProcessArea"/>: the one place where the bench touches the library.</summary>
internal static class ProcessOurs
{
    /// <summary>Starts a process with an empty function, cold, joins it, and returns the milliseconds that took.</summary>
    public static double StartJoinMilliseconds() => throw NotLinked();

    /// <summary>Calls an empty function in a running child <paramref name="rounds"/> times, one after another; nanoseconds a call, answer included.</summary>
    /// <param name="rounds">The number of calls, at least 1.</param>
    /// <param name="spinning">True: both sides spin for the next message. False: both go to sleep at once.</param>
    public static double CallNanoseconds(int rounds, bool spinning) => throw NotLinked();

    /// <summary>Sends a byte array to a running child and gets it back; milliseconds for the whole way.</summary>
    /// <param name="bytes">The length of the array.</param>
    /// <param name="borrowed">True: both sides read a view of shared memory. False: each side gets an array of its own.</param>
    /// <param name="copies">How often all the bytes were copied on the way there and back, together.</param>
    public static double BytesEchoMilliseconds(int bytes, bool borrowed, out int copies) => throw NotLinked();

    /// <summary>Kills running children one after another; for each, the milliseconds from the signal to the parent knowing.</summary>
    /// <param name="kills">The number of children.</param>
    public static double[] KillToKnowledgeMilliseconds(int kills) => throw NotLinked();

    private static InvalidOperationException NotLinked() => new("not linked");
}

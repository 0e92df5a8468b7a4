using System.Diagnostics;
using Plait.Memory;
using Plait.Processes;

namespace Plait.Benchmarks.Process;

/// <summary>What Plait does in the cases of <see cref="ProcessArea"/>: the one place where the bench touches the library.</summary>
internal static class ProcessOurs
{
    // Running children, kept from round to round: a round measures calls, not starts.
    private static readonly Dictionary<string, WorkerProcess> Workers = [];
    private static readonly byte[] Payload = new byte[100 << 20];

    static ProcessOurs() => AppDomain.CurrentDomain.ProcessExit += static (_, _) => DisposeWorkers();

    /// <summary>Starts a process with an empty function, cold, joins it, and returns the milliseconds that took.</summary>
    public static double StartJoinMilliseconds()
    {
        long start = Stopwatch.GetTimestamp();
        using ChildProcess child = ChildProcess.Start(static () => { });
        child.Join();
        double elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return child.Outcome!.Kind == ChildOutcomeKind.Returned ? elapsed : throw new InvalidOperationException(child.Outcome.ToString());
    }

    /// <summary>Calls an empty function in a running child <paramref name="rounds"/> times, one after another; nanoseconds a call, answer included.</summary>
    /// <param name="rounds">The number of calls, at least 1.</param>
    /// <param name="spinning">True: both sides spin for the next message. False: both go to sleep at once.</param>
    public static double CallNanoseconds(int rounds, bool spinning)
    {
        WorkerProcess worker = WorkerNamed(spinning ? "spinning" : "sleeping", spinning);
        AdaptiveSpin.IsEnabled = spinning;
        try
        {
            // The first call of a round wakes a child that slept since the last one.
            _ = worker.Invoke(static () => 1);
            long start = Stopwatch.GetTimestamp();
            int sum = 0;
            for (int i = 0; i < rounds; i++)
            {
                sum += worker.Invoke(static () => 1);
            }

            double elapsed = Stopwatch.GetElapsedTime(start).TotalNanoseconds;
            return sum == rounds ? elapsed / rounds : throw new InvalidOperationException($"{rounds} calls gave {sum} answers.");
        }
        finally
        {
            AdaptiveSpin.IsEnabled = true;
        }
    }

    /// <summary>Sends a byte array to a running child and gets it back; milliseconds for the whole way.</summary>
    /// <param name="bytes">The length of the array.</param>
    /// <param name="borrowed">True: both sides read a view of shared memory. False: each side gets an array of its own.</param>
    /// <param name="copies">How often all the bytes were copied on the way there and back, together.</param>
    public static double BytesEchoMilliseconds(int bytes, bool borrowed, out int copies)
    {
        WorkerProcess worker = WorkerNamed("echo", spinning: true);
        Payload[bytes / 2]++;
        byte[] sent = bytes == Payload.Length ? Payload : Payload[..bytes];
        byte seen;
        int length;
        long start = Stopwatch.GetTimestamp();
        double elapsed;
        if (borrowed)
        {
            // Into shared memory once; the child and the parent then look at the same bytes.
            copies = 1;
            ReadOnlyMemory<byte> view = worker.Invoke(static (ReadOnlyMemory<byte> data) => data, sent);
            (seen, length) = (view.Span[bytes / 2], view.Length);
            elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            worker.ReleaseBorrowed();
        }
        else
        {
            // Into shared memory and out of it, on the way there and on the way back.
            copies = 4;
            byte[] answer = worker.Invoke(static (byte[] data) => data, sent);
            (seen, length) = (answer[bytes / 2], answer.Length);
            elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        return seen == sent[bytes / 2] && length == bytes ? elapsed : throw new InvalidOperationException("The child sent back something else.");
    }

    /// <summary>Kills running children one after another; for each, the milliseconds from the signal to the parent knowing.</summary>
    /// <param name="kills">The number of children.</param>
    public static double[] KillToKnowledgeMilliseconds(int kills)
    {
        double[] samples = new double[kills];
        for (int i = 0; i < kills; i++)
        {
            using WorkerProcess victim = WorkerProcess.Start("victim");
            _ = victim.Invoke(static () => 1);
            long start = Stopwatch.GetTimestamp();
            victim.Kill();
            victim.Join();
            samples[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        return samples;
    }

    private static WorkerProcess WorkerNamed(string name, bool spinning)
    {
        if (!Workers.TryGetValue(name, out WorkerProcess? worker))
        {
            var options = new ChildProcessOptions();
            options.Environment[AdaptiveSpin.Variable] = spinning ? null : "0";
            Workers[name] = worker = WorkerProcess.Start(name, options);
        }

        return worker;
    }

    private static void DisposeWorkers()
    {
        foreach (WorkerProcess worker in Workers.Values)
        {
            worker.Dispose();
        }
    }
}

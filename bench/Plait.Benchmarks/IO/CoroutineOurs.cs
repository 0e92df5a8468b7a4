using System.Diagnostics;
using Plait.Coroutines;

namespace Plait.Benchmarks.IO;

/// <summary>What Plait does in the cases of coroutines.</summary>
internal static class CoroutineOurs
{
    // Steps of a million coroutines are spread over more than the limit of a step: nothing to be told of.
    private static readonly EventLoopOptions s_options = new() { BlockedAfter = Timeout.InfiniteTimeSpan };

    /// <summary>Two coroutines let each other run; nanoseconds a switch.</summary>
    /// <param name="switches">How many in all, at least 2.</param>
    public static double SwitchNanoseconds(int switches) => EventLoop.Run(
        async () =>
        {
            long start = Stopwatch.GetTimestamp();
            await Coroutine.JoinAll(Coroutine.Spawn(() => GiveWay(switches / 2)), Coroutine.Spawn(() => GiveWay(switches / 2)));
            return Stopwatch.GetElapsedTime(start).TotalNanoseconds / switches;
        },
        s_options);

    /// <summary>One coroutine after the other is spawned and awaited; nanoseconds each.</summary>
    /// <param name="coroutines">How many, at least 1.</param>
    public static double SpawnNanoseconds(int coroutines) => EventLoop.Run(
        async () =>
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < coroutines; i++)
            {
                int answer = await Coroutine.Spawn(static () => Task.FromResult(1));
                if (answer != 1)
                {
                    throw new InvalidOperationException($"A coroutine answered {answer} instead of 1.");
                }
            }

            return Stopwatch.GetElapsedTime(start).TotalNanoseconds / coroutines;
        },
        s_options);

    /// <summary>Bytes of the heap for each of so many coroutines that sleep. All have to wake, and none early.</summary>
    /// <param name="sleepers">How many.</param>
    /// <param name="note">How late the last of them woke.</param>
    public static double SleeperBytes(int sleepers, out string note)
    {
        var time = TimeSpan.FromSeconds(8);
        TimeSpan latest = TimeSpan.Zero;
        int awake = 0;
        double bytes = EventLoop.Run(
            async () =>
            {
                long start = Stopwatch.GetTimestamp();
                long before = GC.GetTotalMemory(forceFullCollection: true);
                for (int i = 0; i < sleepers; i++)
                {
                    _ = Coroutine.Spawn(Sleep);
                }

                // Until all of them have begun, and the loop itself sleeps.
                await Coroutine.Sleep(time / 2);
                double each = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)sleepers;
                if (Stopwatch.GetElapsedTime(start) > time)
                {
                    throw new InvalidOperationException($"The first of {sleepers:N0} sleepers woke before all were asleep: this machine takes more than {time.TotalSeconds} s to start them.");
                }

                while (awake < sleepers)
                {
                    await Coroutine.Sleep(TimeSpan.FromMilliseconds(10));
                }

                return each;

                async Task Sleep()
                {
                    await Coroutine.Sleep(time - Stopwatch.GetElapsedTime(start));
                    TimeSpan late = Stopwatch.GetElapsedTime(start) - time;
                    latest = late > latest ? late : latest;
                    awake++;
                    if (late < TimeSpan.Zero)
                    {
                        throw new InvalidOperationException($"A sleeper woke {-late.TotalMilliseconds} ms early.");
                    }
                }
            },
            s_options);
        note = $"{sleepers:N0} that sleep until the same moment; the last to have its turn woke {latest.TotalMilliseconds:0} ms after it";
        return bytes;
    }

    private static async Task GiveWay(int times)
    {
        for (int i = 0; i < times; i++)
        {
            await Coroutine.Yield();
        }
    }
}

using Plait.Execution;
using Plait.Processes;
using Plait.Scheduling;

namespace Plait.CrashDummy;

/// <summary>A parent with a pool of two workers, each with a foreign program running, in a state in which it is killed from outside, or by PLAIT_CRASH_AT on its way through a life.</summary>
internal static class Pools
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    /// <summary>Prints "up" when the state is reached.</summary>
    public static int Run(string state)
    {
        using ProcessExecutor pool = NewPool();
        StartBystanders(pool);
        switch (state)
        {
            case "idle":
                break;
            case "busy":
                for (int i = 0; i < 2; i++)
                {
                    _ = pool.Submit(SayAndCompute);
                }

                break;
            case "sliced":
                using (ProcessExecutor sliced = NewSlicedPool())
                {
                    for (int i = 0; i < 4; i++)
                    {
                        _ = sliced.Submit(SayAndCompute);
                    }

                    while (sliced.GetWorkers().Count(static worker => worker.State == WorkerState.Suspended) < 3)
                    {
                        Thread.Yield();
                    }

                    Lines.Write("up");
                    Forever.Wait();
                }

                break;
            case "flooded":
                for (int i = 0; i < 20_000; i++)
                {
                    _ = pool.Submit(Repeat, new string('x', i % 1000), 100);
                }

                break;
            default:
                throw new ArgumentException($"No state is called '{state}'.", nameof(state));
        }

        Lines.Write("up");
        Forever.Wait();
        return 0;
    }

    /// <summary>Everything that a pool does, once; "survived" at the end.</summary>
    public static int Live()
    {
        using (ProcessExecutor pool = NewPool())
        {
            StartBystanders(pool);
            string[] numbers = [.. Enumerable.Range(0, 200).Select(i => pool.Submit(Repeat, "ab", i)).ToArray().Select(future => future.Result(s_limit))];
            Check(numbers.Select(text => text.Length).SequenceEqual(Enumerable.Range(0, 200).Select(i => 2 * i)));
            int[] block = [.. Enumerable.Range(0, 300_000)];
            Check(pool.Submit(Negate, block).Result(s_limit)[^1] == -299_999);
            Future<string>[] fleeting = [.. Enumerable.Range(0, 20).Select(i => pool.Submit(Repeat, "ab", i))];
            foreach (Future<string> future in fleeting)
            {
                future.Cancel();
            }

            Check(fleeting.All(static future => future.Wait(s_limit)));
            Check(pool.Submit(Forever.Compute, timeout: TimeSpan.FromMilliseconds(50)).GetException(s_limit) is TimeoutException);
            Check(pool.Submit(static () => Environment.Exit(3)).GetException(s_limit) is WorkerDiedException);
            pool.Resize(1);
            Check(pool.Submit(Repeat, "ab", 1).Result(s_limit) == "ab");
        }

        using (ProcessExecutor sliced = NewSlicedPool())
        {
            Future<long>[] futures = [.. Enumerable.Range(0, 3).Select(_ => sliced.Submit(ComputeForAMoment))];
            Check(futures.All(static future => future.Result(s_limit) > 0));
        }

        Lines.Write("survived");
        return 0;
    }

    private static ProcessExecutor NewSlicedPool() => new(new ProcessExecutorOptions { Workers = 1, Spares = 0, MostBegun = 4, Policy = new RoundRobinPolicy(10 * SchedulingTime.Millisecond) });

    // Many slices long, however fast the machine is.
    private static long ComputeForAMoment()
    {
        long start = Environment.TickCount64;
        long steps = 0;
        while (Environment.TickCount64 - start < 1000)
        {
            steps++;
        }

        return steps;
    }

    private static ProcessExecutor NewPool() => new(new ProcessExecutorOptions { Workers = 2, Worker = new ChildProcessOptions { StandardError = ChildOutput.Keep } });

    // Both workers at once have one, so that each of them has.
    private static void StartBystanders(ProcessExecutor pool)
    {
        for (int i = 0; i < 2; i++)
        {
            Lines.Write($"bystander {pool.Submit(Forever.StartSleep).Result(s_limit)}");
        }
    }

    private static void Check(bool isRight)
    {
        if (!isRight)
        {
            Lines.Write("wrong");
            throw new InvalidOperationException("A result was wrong.");
        }
    }

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    private static int[] Negate(int[] numbers) => [.. numbers.Select(static number => -number)];

    private static void SayAndCompute()
    {
        Lines.Write($"busy {Environment.ProcessId} {Forever.StartSleep()}");
        Forever.Compute();
    }
}

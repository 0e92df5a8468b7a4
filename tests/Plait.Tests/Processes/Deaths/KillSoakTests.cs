using System.Collections.Concurrent;
using System.Globalization;
using Plait.Execution;
using Plait.Interop;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes.Deaths;

/// <summary>
/// Workers are killed at random under load: every future ends, every task that is tried again ends well, nothing is left.
/// PLAIT_SOAK_SECONDS sets for how long, PLAIT_SOAK_SEED repeats a run's choices.
/// </summary>
public sealed class KillSoakTests : ProcessTest
{
    private const int Outstanding = 200;
    private static readonly int s_seconds = Number("PLAIT_SOAK_SECONDS", 5);
    private static readonly int s_seed = Number("PLAIT_SOAK_SEED", Random.Shared.Next());

    protected override TimeSpan HangLimit => base.HangLimit + (3 * TimeSpan.FromSeconds(s_seconds));

    [Fact]
    public async Task Kill_OfRandomWorkersUnderLoad_LosesNothing()
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {s_seed}");
        var options = new ProcessExecutorOptions
        {
            Name = "soak",
            Workers = 3,
            Spares = 2,
            QuarantineAfter = int.MaxValue,
            CrashLoopLimit = int.MaxValue,
            Worker = new ChildProcessOptions { StandardError = ChildOutput.Keep },
        };
        long start = TimeProvider.System.GetTimestamp();
        await using var pool = new ProcessExecutor(options);
        Task<int> killer = KillAsync(pool, start);
        var random = new Random(s_seed);
        var ends = new Ends();
        using var room = new SemaphoreSlim(Outstanding);
        int submitted = 0;
        while (!killer.IsCompleted)
        {
            await room.WaitAsync(TestContext.Current.CancellationToken);
            (Future future, Func<string> check) = Submit(pool, random, submitted++);
            _ = ObserveAsync(future, check, ends, room);
        }

        for (int i = 0; i < Outstanding; i++)
        {
            Assert.True(await room.WaitAsync(Limits.Hang, TestContext.Current.CancellationToken), $"Seed {s_seed}: {Outstanding - i} futures have not ended within {Limits.Hang}.");
        }

        int kills = await killer;
        await UntilAsync(() => pool.GetStatistics() is { Running: 0, Pending: 0 } now && now.Workers >= options.Workers && now.Succeeded + now.Failed == submitted);
        ExecutorStatistics statistics = pool.GetStatistics();
        string figures = $"seed {s_seed}: {submitted} tasks, {kills} kills, {ends.Died} of the tasks tried once died, {statistics}";
        TestContext.Current.TestOutputHelper?.WriteLine(figures);
        Assert.True(ends.Wrong.IsEmpty, $"{ends.Wrong.Count} went wrong ({figures}): {string.Join(Environment.NewLine, ends.Wrong.Take(10))}");
        Assert.True(kills > 0 && statistics.Retried + ends.Died > 0, $"Hardly anybody was killed: {figures}");
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int value) ? value : otherwise;

    private static async Task ObserveAsync(Future future, Func<string> check, Ends ends, SemaphoreSlim room)
    {
        Exception? error = await Crash.EndOf(future);
        if (error is WorkerDiedException && future.Name == "once")
        {
            Interlocked.Increment(ref ends.Died);
        }
        else
        {
            string problem = error switch
            {
                null => check(),
                FormatException when future.Name == "throw" => string.Empty,
                _ => error.ToString(),
            };
            if (problem.Length > 0)
            {
                ends.Wrong.Enqueue($"{future.Name}: {problem}");
            }
        }

        room.Release();
    }

    // Workers of every state: booting, idle, busy, about to end. But never the last one that is ready: something is to be done meanwhile.
    private static async Task<int> KillAsync(ProcessExecutor pool, long start)
    {
        var random = new Random(s_seed + 1);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        int kills = 0;
        while (TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(s_seconds))
        {
            timer.Period = TimeSpan.FromMilliseconds(random.Next(5, 150));
            await timer.WaitForNextTickAsync();
            IReadOnlyList<WorkerInfo> workers = pool.GetWorkers();
            WorkerInfo[] ready = [.. workers.Where(static worker => worker.State is WorkerState.Busy or WorkerState.Idle)];
            if (ready.Length > 1)
            {
                WorkerInfo worker = random.Next(5) == 0 ? workers[random.Next(workers.Count)] : ready[random.Next(ready.Length)];
                Family.Signal(worker.Pid, Signals.Kill);
                kills++;
            }
        }

        return kills;
    }

    private static (Future Future, Func<string> Check) Submit(ProcessExecutor pool, Random random, int number)
    {
        switch (random.Next(10))
        {
            case 0:
                return Expect(pool.Submit(Spin, number, 2, new TaskOptions { Name = "once" }), number * 2);
            case 1:
                return (pool.Submit(static (int n) => throw new FormatException($"{n}"), number, Again("throw")), static () => "it returned");
            case 2:
                byte[] block = new byte[random.Next(1, 300_000)];
                random.NextBytes(block);
                Future<byte[]> echo = pool.Submit(static (byte[] block) => block, block, Again("echo"));
                return (echo, () => echo.Result().AsSpan().SequenceEqual(block) ? string.Empty : "another block came back");
            case 3:
                return Expect(pool.Submit(TwiceLaterAsync, number, Again("async")), number * 2);
            case 4 or 5:
                return Expect(pool.Submit(Spin, number, random.Next(1, 20), Again("spin")), number * 2);
            default:
                return Expect(pool.Submit(Twice, number, Again("twice")), number * 2);
        }
    }

    private static TaskOptions Again(string name) => new() { Name = name, Retries = 1000 };

    private static (Future Future, Func<string> Check) Expect(Future<int> future, int value) =>
        (future, () => future.Result() == value ? string.Empty : $"{future.Result()} instead of {value}");

    private static int Twice(int number) => number * 2;

    private static int Spin(int number, int milliseconds)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromMilliseconds(milliseconds))
        {
            Thread.SpinWait(100);
        }

        return number * 2;
    }

    private static async Task<int> TwiceLaterAsync(int number)
    {
        await Task.Yield();
        return number * 2;
    }

    private sealed class Ends
    {
        public readonly ConcurrentQueue<string> Wrong = new();
        public int Died;
    }
}

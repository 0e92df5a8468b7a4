using System.Globalization;
using Plait.Execution;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes.Deaths;

/// <summary>
/// Many tasks, of which one in twenty is bad: each five in a hundred kill their worker in four ways or run for ever. PLAIT_POISON_TASKS
/// sets how many; 10,000 for the long run.
/// </summary>
public sealed class PoisonRunTests : ProcessTest
{
    private const int Retries = 1;
    private const string Endless = "endless";
    private const string Healthy = "healthy";
    private static readonly TimeSpan s_timeout = TimeSpan.FromMilliseconds(200);

    private static readonly int s_tasks =
        int.TryParse(Environment.GetEnvironmentVariable("PLAIT_POISON_TASKS"), CultureInfo.InvariantCulture, out int tasks) ? tasks : 1_500;

    // What is tried again goes to the end of the queue: all of it may have to be waited for.
    private static readonly TimeSpan s_longest = Limits.Hang + (s_tasks * TimeSpan.FromMilliseconds(60));

    protected override TimeSpan HangLimit => base.HangLimit + s_longest;

    [Fact]
    public async Task Submit_OfManyTasksSomeOfThemBad_HarmsNoHealthyOne()
    {
        using Ledger ledger = Ledger.Create(s_tasks);
        var options = new ProcessExecutorOptions
        {
            Name = "poison",
            Workers = Environment.ProcessorCount,
            Spares = 2,
            Worker = new ChildProcessOptions { StandardError = ChildOutput.Keep, MemoryLimit = Crash.MemoryLimit },
        };
        long start = TimeProvider.System.GetTimestamp();
        int size = options.Workers;
        ExecutorStatistics statistics;
        var outages = new OutageWatch(size);
        await using (var pool = new ProcessExecutor(options))
        {
            pool.WorkerChanged += outages.Note;
            var futures = new Future<int>[s_tasks];
            for (int number = 0; number < s_tasks; number++)
            {
                futures[number] = Submit(pool, ledger, number);
            }

            var wrong = new List<string>();
            for (int number = 0; number < s_tasks; number++)
            {
                string seen = await Describe(futures[number], number, ledger);
                if (seen != Expected(number))
                {
                    wrong.Add($"{futures[number].Name}: {seen} instead of {Expected(number)}");
                }
            }

            Assert.True(wrong.Count == 0, $"{wrong.Count} of {s_tasks}: {string.Join(Environment.NewLine, wrong.Take(10))}");
            await UntilAsync(() => pool.GetStatistics().Workers >= size);
            statistics = pool.GetStatistics();
        }

        TimeSpan elapsed = TimeProvider.System.GetElapsedTime(start);
        int deadly = Enumerable.Range(0, s_tasks).Count(static number => WayOf(number) is Crash.Kill or Crash.FailFast or Crash.StackOverflow or Crash.UnmanagedMemory);
        int endless = Enumerable.Range(0, s_tasks).Count(static number => WayOf(number) == Endless);
        int deaths = deadly * (Retries + 1);
        string figures = $"{s_tasks} tasks in {elapsed.TotalSeconds:0.0} s, {deaths} deaths, {endless} stopped, {statistics.WorkersStarted} workers started; {outages}";
        TestContext.Current.TestOutputHelper?.WriteLine(figures);

        // Each death costs one worker, and nobody starts more than are needed.
        Assert.Equal(deaths, statistics.WorkersDied);
        Assert.Equal(endless, statistics.TimedOut);
        Assert.Equal(0, statistics.Quarantined);
        Assert.True(statistics.WorkersStarted <= deaths + endless + size + options.Spares + 5, $"A storm: {figures}");
        Assert.True(outages.MeanPerDeath < TimeSpan.FromSeconds(1), $"Not restored in time: {figures}");
    }

    private static Future<int> Submit(ProcessExecutor pool, Ledger ledger, int number)
    {
        string way = WayOf(number);
        return pool.Submit(Act, ledger.Path, number, way, new TaskOptions
        {
            Name = $"{way} {number}",
            Retries = Retries,
            Timeout = way == Endless ? s_timeout : Timeout.InfiniteTimeSpan,
        });
    }

    private static string WayOf(int number) => (number % 100) switch
    {
        7 => Crash.Kill,
        23 => Crash.FailFast,
        41 => Crash.StackOverflow,

        // The runtime says no, or the watchdog kills.
        59 => number / 100 % 2 == 0 ? Crash.UnmanagedMemory : Crash.ManagedMemory,
        83 => Endless,
        _ => Healthy,
    };

    private static string Expected(int number) => WayOf(number) switch
    {
        Healthy => $"{Value(number)}, begun 1, ended 1",
        Endless => $"{nameof(TimeoutException)}, begun 1, ended 0",
        Crash.ManagedMemory => $"{nameof(OutOfMemoryException)}, begun 1, ended 0",
        Crash.Kill => $"SIGKILL after 2 deaths, begun 2, ended 0",
        Crash.FailFast => $"{nameof(ChildOutcomeKind.FailFast)} after 2 deaths, begun 2, ended 0",
        Crash.StackOverflow => $"{nameof(ChildOutcomeKind.StackOverflow)} after 2 deaths, begun 2, ended 0",
        _ => $"{nameof(ChildOutcomeKind.KilledForMemory)} after 2 deaths, begun 2, ended 0",
    };

    private static async Task<string> Describe(Future<int> future, int number, Ledger ledger)
    {
        Exception? error = await Crash.EndOf(future, s_longest);
        string end = error switch
        {
            null => $"{future.Result()}",
            WorkerDiedException died => $"{Crash.Describe(died)} after {died.Deaths} deaths",
            _ => error.GetType().Name,
        };
        (int begun, int ended) = ledger[number];
        return $"{end}, begun {begun}, ended {ended}";
    }

    private static int Act(string ledger, int number, string way)
    {
        Ledger.Begin(ledger, number);
        if (way == Endless)
        {
            while (true)
            {
                Thread.SpinWait(1000);
            }
        }

        Crash.Now(way);
        Ledger.End(ledger, number);
        return Value(number);
    }

    private static int Value(int number) => (number * 31) + 7;
}

using System.Globalization;
using Plait.Interop;
using Plait.Processes;
using Plait.Synchronization;
using Plait.Synchronization.Engine;
using Plait.Tests.Execution;
using Plait.Tests.Synchronization;
using Xunit;

namespace Plait.Tests.Diagnostics;

/// <summary>
/// Every deadlock is found and nothing else is reported: programs that are made up. PLAIT_DEADLOCK_PROGRAMS says how many (20,000), PLAIT_DEADLOCK_SEED which,
/// PLAIT_JITTER_SECONDS for how long processes are stopped at random (5).
/// </summary>
public sealed class GeneratedProgramTests() : SynchronizationTest(Setting.Processes)
{
    private static readonly int s_programs = Number("PLAIT_DEADLOCK_PROGRAMS", 20_000);
    private static readonly int s_seed = Number("PLAIT_DEADLOCK_SEED", Random.Shared.Next());
    private static readonly int s_jitterSeconds = Number("PLAIT_JITTER_SECONDS", 20);

    private readonly TimeSpan _usual = DeadlockDetection.Threshold;

    // 100,000 programs on a slow machine, or a long jitter.
    protected override TimeSpan HangLimit => base.HangLimit + TimeSpan.FromSeconds((s_programs / 100) + s_jitterSeconds);

    [Fact]
    public void Search_InGeneratedPrograms_FindsEveryDeadlockAndNoOther()
    {
        DeadlockDetection.Threshold = TimeSpan.Zero;
        using var driven = new DrivenProgram();
        (int deadlocking, int deadlocks, int timed, int units, int flows, int sharing) = (0, 0, 0, 0, 0, 0);
        for (int i = 0; i < s_programs; i++)
        {
            var program = new GeneratedProgram(unchecked(s_seed + i));
            int found = driven.Run(program);
            deadlocks += found;
            deadlocking += found > 0 ? 1 : 0;
            timed += program.HasTimeouts ? 1 : 0;
            units += program.Units.Length;
            flows += program.IsFlow.Count(static isFlow => isFlow);
            sharing += program.IsSharing.Contains(value: true) ? 1 : 0;
        }

        double share = (double)deadlocking / s_programs;
        Print($"seed {s_seed}: {s_programs} programs of {(double)units / s_programs:0.0} units, {(double)flows / units:P0} of them async flows; {share:P0} deadlock, {deadlocks} deadlocks in all; {(double)timed / s_programs:P0} have timeouts, {(double)sharing / s_programs:P0} reader-writer locks");

        // Of few programs the mix says nothing.
        if (s_programs >= 1000)
        {
            Assert.InRange(share, 0.30, 0.70);
            Assert.InRange((double)timed / s_programs, 0.20, 0.30);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Acquire_ByThreadsOfGeneratedPrograms_EndsAndReportsOnlyWhatIsTrue(bool isShared)
    {
        const int Programs = 100;
        DeadlockDetection.Threshold = TimeSpan.Zero;
        using IScope scope = isShared ? ProcessScope.Create() : ThreadScope.Create();
        int reports = 0;
        for (int i = 0; i < Programs; i++)
        {
            var run = new ThreadedProgram(scope, new GeneratedProgram(unchecked(s_seed + i)));
            reports += run.Run();
            Assert.True(run.Lies.IsEmpty, $"Seed {s_seed}, program {i}: {string.Join("; ", run.Lies)}");
        }

        Print($"seed {s_seed}: {Programs} programs of threads, {reports} deadlocks");
    }

    [Fact]
    public async Task Acquire_ByProcessesThatAreStoppedAtRandom_ReportsNoDeadlock()
    {
        const int Processes = 4;
        ILock[] locks = [Scope.CreateLock(), Scope.CreateLock(), Scope.CreateLock()];
        IEvent end = Scope.CreateEvent();
        ChildProcess<long[]>[] children = [.. Enumerable.Range(0, Processes).Select(number => ChildProcess.Start(Contend, (locks[0], locks[1], locks[2]), end, number))];
        var random = new Random(s_seed);
        long start = TimeProvider.System.GetTimestamp();
        int stops = 0;
        using (var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(10)))
        {
            while (TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(s_jitterSeconds))
            {
                int pid = children[random.Next(Processes)].Pid;
                Assert.Equal(0, Libc.kill(pid, Signals.Stop));
                for (int ticks = random.Next(1, 6); ticks > 0; ticks--)
                {
                    await beat.WaitForNextTickAsync(TestContext.Current.CancellationToken);
                }

                Assert.Equal(0, Libc.kill(pid, Signals.Continue));
                stops++;
            }
        }

        end.Set();
        long[][] results = await Task.WhenAll(children.Select(static child => child.GetResultAsync())).InTime();
        foreach (ChildProcess<long[]> child in children)
        {
            child.Dispose();
        }

        Print($"seed {s_seed}: {s_jitterSeconds} s, {stops} stops, {results.Sum(static result => result[0])} acquisitions, {results.Sum(static result => result[1])} searches");
        Assert.All(results, static result => Assert.Equal(0, result[2]));
        Assert.True(results.Sum(static result => result[1]) > 0, "No wait lasted long enough to look for a deadlock: the test shows nothing.");
    }

    protected override void OnEnd()
    {
        DeadlockDetection.Threshold = _usual;
        base.OnEnd();
    }

    // In one order always: however long the waits, there is no deadlock.
    private static long[] Contend((ILock, ILock, ILock) locks, IEvent end, int number)
    {
        long reports = 0;
        DeadlockDetection.Threshold = TimeSpan.FromMilliseconds(1);
        DeadlockDetection.Detected += _ => Interlocked.Increment(ref reports);
        var random = new Random(number);
        ILock[] all = [locks.Item1, locks.Item2, locks.Item3];
        long acquisitions = 0;
        while (!end.IsSet)
        {
            int first = random.Next(2);
            using Hold one = all[first].Acquire();
            using Hold two = all[random.Next(first + 1, 3)].Acquire();
            Thread.SpinWait(random.Next(200));
            acquisitions += 2;
        }

        return [acquisitions, DeadlockSearch.Searches, reports];
    }

    private static void Print(FormattableString text) => TestContext.Current.TestOutputHelper?.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int value) ? value : otherwise;
}

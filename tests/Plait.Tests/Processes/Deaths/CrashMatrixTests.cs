using Plait.Execution;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes.Deaths;

/// <summary>Every row of docs/crash-table.md, from ordinary code and from a done-callback; then the pool serves the next task.</summary>
public sealed class CrashMatrixTests : ProcessTest
{
    private const int Large = 64 << 20;

    public static TheoryData<string, string, string> WorkerRows => Select(static row => row.IsInWorker);

    public static TheoryData<string, string, string> SubmitterRows => Select(static row => !row.IsInWorker);

    /// <summary>Some of the rows again, with 64 MB.</summary>
    public static TheoryData<string, string, string> LargeRows => Select(static row => row.Way switch
    {
        Crash.Exception => row.Stage is not Trap.Function,
        Crash.Exit => row.Stage is Trap.ResultEncoding,
        Crash.Kill => row.IsInWorker,
        Crash.StackOverflow => row.Stage is Trap.Function,
        _ => false,
    });

    [Theory]
    [MemberData(nameof(WorkerRows))]
    public async Task Submit_OfACrashInTheWorker_EndsAsTheTableSays(string stage, string way, string end) => await CrashTwice(stage, way, end, 1);

    [Theory]
    [MemberData(nameof(LargeRows))]
    public async Task Submit_OfACrashWithMuchToCarry_EndsAsTheTableSays(string stage, string way, string end) => await CrashTwice(stage, way, end, Large);

    [Theory]
    [MemberData(nameof(SubmitterRows))]
    public void Submit_OfACrashInTheSubmitter_EndsAsTheTableSays(string stage, string way, string end)
    {
        foreach (bool isFromCallback in new[] { false, true })
        {
            using var family = new Family();
            var options = new ChildProcessOptions { Name = "submitter", StandardError = ChildOutput.Keep, MemoryLimit = Crash.NeedsLimit(way) ? Crash.MemoryLimit : 0 };
            options.Environment[Family.Variable] = family.Mark;
            using ChildProcess<string> submitter = ChildProcess.Start(SubmitInChild, stage, way, isFromCallback, options);
            Assert.True(submitter.Join(Limits.Hang, TestContext.Current.CancellationToken), $"{submitter} has not ended within {Limits.Hang}.");

            string observed = submitter.Outcome!.Kind == ChildOutcomeKind.Returned ? submitter.Result : Crash.Describe(submitter.Outcome);
            Assert.True(end == observed, $"{end} expected, {observed} seen {(isFromCallback ? "from a callback" : "alone")}: {submitter.Outcome}");
            Assert.Equal(string.Empty, family.WaitUntilGone(Limits.OneSecond()).Left);
        }
    }

    private static TheoryData<string, string, string> Select(Func<CrashTable.Row, bool> isWanted)
    {
        var rows = new TheoryData<string, string, string>();
        foreach (CrashTable.Row row in CrashTable.Rows.Where(isWanted))
        {
            rows.Add(row.Stage, row.Way, row.End);
        }

        return rows;
    }

    private static async Task CrashTwice(string stage, string way, string end, int load)
    {
        await using ProcessExecutor pool = NewPool(way);
        var trap = new Trap(stage, way, IsResult: false, new byte[load]);

        // Alone, with a task behind it that is sent to the same, only worker.
        Task<Exception?> alone = TrySubmit(pool, trap);
        Future<int> behind = pool.Submit(static (int a, int b) => a + b, 20, 22);
        Check(end, await alone);
        Assert.Equal(42, await behind.Task.WaitAsync(Limits.Hang));

        Check(end, await SubmitFromCallback(pool, trap));
        Assert.Equal(42, await pool.Submit(static (int a, int b) => a + b, 20, 22).Task.WaitAsync(Limits.Hang));

        // What died is what the table says; an exception costs no worker.
        bool isDeath = !end.EndsWith("Exception", StringComparison.Ordinal);
        Assert.Equal(isDeath ? 2 : 0, pool.GetStatistics().WorkersDied);
    }

    private static void Check(string expected, Exception? error) =>
        Assert.True(expected == Crash.Describe(error), $"{expected} expected, {Crash.Describe(error)} seen: {error}");

    private static ProcessExecutor NewPool(string way) => new(new ProcessExecutorOptions
    {
        Workers = 1,
        Worker = new ChildProcessOptions { StandardError = ChildOutput.Keep, MemoryLimit = Crash.NeedsLimit(way) ? Crash.MemoryLimit : 0, Codecs = { new TrapCodec() } },
    });

    // Submitting runs here and now, and may throw.
    private static Task<Exception?> TrySubmit(ProcessExecutor pool, Trap trap)
    {
        try
        {
            return Crash.EndOf(pool.Submit(Trap.Run, trap));
        }
        catch (Exception refusal)
        {
            return Task.FromResult<Exception?>(refusal);
        }
    }

    private static async Task<Exception?> SubmitFromCallback(ProcessExecutor pool, Trap trap)
    {
        var submitted = new TaskCompletionSource<Task<Exception?>>(TaskCreationOptions.RunContinuationsAsynchronously);
        pool.Submit(static () => 1).AddDoneCallback(_ => submitted.SetResult(TrySubmit(pool, trap)));
        return await await submitted.Task.WaitAsync(Limits.Hang);
    }

    private static string SubmitInChild(string stage, string way, bool isFromCallback)
    {
        using ProcessExecutor pool = NewPool(Crash.Exception);
        var trap = new Trap(stage, way, IsResult: false, [1]);
        Exception? error = (isFromCallback ? SubmitFromCallback(pool, trap) : TrySubmit(pool, trap)).GetAwaiter().GetResult();
        return pool.Submit(static (int a, int b) => a + b, 20, 22).Result(Limits.Hang) == 42 ? Crash.Describe(error) : "the next task went wrong";
    }
}

using System.Runtime.InteropServices;
using Plait.Execution;
using Plait.Processes;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Processes.Executors;

/// <summary>What becomes of workers, of their groups and of waiting tasks when a task is stopped.</summary>
public sealed class ProcessExecutorStopTests : ProcessExecutorTest
{
    private static readonly TimeSpan s_soon = TimeSpan.FromMilliseconds(200);

    [Fact]
    public async Task Timeout_OfAFunctionThatObeys_KeepsItsWorker()
    {
        ProcessExecutorOptions options = Small();
        options.Grace = Waits.Hang;
        await using var executor = new ProcessExecutor(options);
        using var gate = new Gate();
        string path = gate.Path;
        int pid = await executor.Submit(static () => Environment.ProcessId).InTime();

        await executor.Submit(token => Gate.PassAsync(path, token), timeout: s_soon).FailsWith<TimeoutException>();

        Assert.Equal(pid, await executor.Submit(static () => Environment.ProcessId).InTime());
    }

    [Fact]
    public async Task Timeout_OfAFunctionThatDefies_ReplacesItsWorker()
    {
        await using var executor = new ProcessExecutor(Quick());
        var events = Watch(executor);
        using var gate = new Gate();

        await executor.Submit(Work.Defy, gate.Path, timeout: s_soon).FailsWith<TimeoutException>();

        Visitor visitor = await gate.NextAsync();
        Assert.NotEqual(visitor.Pid, await executor.Submit(static () => Environment.ProcessId).InTime());
        await UntilAsync(() => Has(events, WorkerEventKind.Stopped));
        Assert.Equal(visitor.Pid, events.First(static happened => happened.Kind == WorkerEventKind.Stopped).Pid);
        Assert.Equal((0L, 1L), (executor.GetStatistics().WorkersDied, executor.GetStatistics().TimedOut));
    }

    [Fact]
    public async Task Timeout_OfAFunctionThatIgnoresSigterm_KillsItAfterTheGrace()
    {
        ProcessExecutorOptions options = Small();
        options.Grace = TimeSpan.FromMilliseconds(300);
        await using var executor = new ProcessExecutor(options);
        using var gate = new Gate();
        long start = TimeProvider.System.GetTimestamp();
        Future<int> future = executor.Submit(IgnoreTerminate, gate.Path, timeout: s_soon);
        Visitor visitor = await gate.NextAsync();

        await future.FailsWith<TimeoutException>();

        Assert.True(TimeProvider.System.GetElapsedTime(start) >= s_soon + (options.Grace * 0.9));
        await visitor.GoneAsync();
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
    }

    [Fact]
    public async Task Timeout_OfAFunctionThatHandlesSigterm_LetsItSayItsLastWords()
    {
        ProcessExecutorOptions options = Small();
        options.Grace = Waits.Hang;
        await using var executor = new ProcessExecutor(options);
        using var gate = new Gate();
        string note = NewPath();

        await executor.Submit(LeaveOnTerminate, gate.Path, note, timeout: s_soon).FailsWith<TimeoutException>();

        Assert.Equal(["terminated"], Lines(note));
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
    }

    [Fact]
    public async Task Timeout_OfAFunctionThatStartedAProgram_EndsBoth()
    {
        await using var executor = new ProcessExecutor(Quick());
        string note = NewPath();

        await executor.Submit(StartSleeperAndWait, note, timeout: TimeSpan.FromMilliseconds(500)).FailsWith<TimeoutException>();

        await UntilGoneAsync(int.Parse(Assert.Single(Lines(note)), System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Timeout_OfAStoppedProcess_EndsItAllTheSame()
    {
        await using var executor = new ProcessExecutor(Quick());
        using var gate = new Gate();
        Future<int> future = executor.Submit(Work.Defy, gate.Path, timeout: TimeSpan.FromMilliseconds(500));
        Visitor visitor = await gate.NextAsync();

        Deaths.Family.Signal(visitor.Pid, 19);

        await future.FailsWith<TimeoutException>();
        await visitor.GoneAsync();
    }

    [Fact]
    public async Task Timeout_OfManyTasksOnOneWorker_EndsEachInItsTurn()
    {
        await using var executor = new ProcessExecutor(Quick());
        var events = Watch(executor);
        using var gate = new Gate();

        Future<int>[] futures = [.. Enumerable.Range(0, 4).Select(_ => executor.Submit(Work.Defy, gate.Path, timeout: TimeSpan.FromMilliseconds(100)))];

        foreach (Future<int> future in futures)
        {
            await future.FailsWith<TimeoutException>();
        }

        await UntilAsync(() => events.Where(static happened => happened.Kind == WorkerEventKind.Stopped).Select(static happened => happened.Pid).Distinct().Count() == 4);
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
    }

    [Fact]
    public async Task Timeout_WithRetries_GivesEachAttemptItsTime()
    {
        await using var executor = new ProcessExecutor(Quick());
        using var gate = new Gate();
        var policy = new RetryPolicy { Count = 1, ShouldRetry = static error => error is TimeoutException };

        Future<int> future = executor.Submit(Work.Defy, gate.Path, new TaskOptions { Timeout = s_soon, Retries = policy });

        await future.FailsWith<TimeoutException>();
        Visitor[] visitors = await gate.NextAsync(2);
        Assert.NotEqual(visitors[0].Pid, visitors[1].Pid);
        Assert.Equal((2L, 1L, 1L), (executor.GetStatistics().TimedOut, executor.GetStatistics().Retried, executor.GetStatistics().Failed));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AddDoneCallback_OfATaskThatWasStopped_SeesWhy(bool isTimeout)
    {
        await using var executor = new ProcessExecutor(Quick());
        using var gate = new Gate();
        var seen = new TaskCompletionSource<FutureState>();
        Future<int> future = executor.Submit(Work.Defy, gate.Path, timeout: isTimeout ? s_soon : null);
        future.AddDoneCallback(done => seen.SetResult(done.State));
        await gate.NextAsync();

        if (!isTimeout)
        {
            future.Cancel();
        }

        Assert.Equal(isTimeout ? FutureState.Faulted : FutureState.Cancelled, await seen.Task.InTime());
    }

    [Fact]
    public async Task Cancel_OfATaskWithOthersBehindIt_LosesNone()
    {
        await using var executor = new ProcessExecutor(Quick());
        using var gate = new Gate();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(number => executor.Submit(Work.Add, number, 0).Task)).InTime();
        Future<int> slow = executor.Submit(Work.Defy, gate.Path);
        Future<int>[] behind = [.. Enumerable.Range(0, 100).Select(number => executor.Submit(Work.Add, number, 0))];
        await gate.NextAsync();

        slow.Cancel();

        Assert.Equal(Enumerable.Range(0, 100), await Task.WhenAll(behind.Select(static future => future.Task)).InTime());
        await slow.IsCancelled();
    }

    [Fact]
    public async Task Cancel_WhileTasksAreHandedOver_EndsEveryOne()
    {
        await using var executor = new ProcessExecutor(Quick(2));
        await executor.Submit(Work.Add, 1, 2).InTime();
        var random = new Random(11);
        for (int round = 0; round < 20; round++)
        {
            Future<int>[] futures = [.. Enumerable.Range(0, 50).Select(number => executor.Submit(AddUnlessCancelled, number, CancellationToken.None))];
            foreach (Future<int> future in futures.Where(_ => random.Next(2) == 0))
            {
                future.Cancel();
            }

            foreach ((int number, Future<int> future) in futures.Index())
            {
                Assert.True(future.Wait(Waits.Hang), $"{future} in round {round}");
                Assert.True(future.State == FutureState.Cancelled || future.Result() == number, $"{future}");
            }
        }

        await UntilAsync(() => executor.GetStatistics() is { Pending: 0, Running: 0 });
    }

    [Fact]
    public async Task Shutdown_AfterATaskWasStopped_IsPrompt()
    {
        var executor = new ProcessExecutor(Quick(2));
        using var gate = new Gate();
        Future<int> late = executor.Submit(Work.Defy, gate.Path, timeout: s_soon);
        Future<int> cancelled = executor.Submit(Work.Defy, gate.Path);
        await gate.NextAsync(2);
        cancelled.Cancel();
        await late.FailsWith<TimeoutException>();
        await cancelled.IsCancelled();

        Assert.True(await executor.ShutdownAsync(ShutdownMode.Drain, Waits.Hang).InTime());
        await executor.DisposeAsync();
    }

    [Fact]
    public async Task Cancel_OfATaskWithALargeArgument_EndsIt()
    {
        await using var executor = new ProcessExecutor(Quick());
        using var gate = new Gate();
        Future<int>[] busy = await OccupyAsync(executor, gate, 1);
        Future<int> waiting = executor.Submit(static (byte[] large) => large.Length, new byte[20_000_000]);

        Assert.True(waiting.Cancel());

        await waiting.IsCancelled();
        gate.Open();
        await busy[0].InTime();
        Assert.Equal(20_000_000, await executor.Submit(static (byte[] large) => large.Length, new byte[20_000_000]).InTime());
    }

    [Fact]
    public async Task Cancel_OfATaskThatBringsALargeResult_EndsIt()
    {
        await using var executor = new ProcessExecutor(Quick());
        for (int i = 0; i < 5; i++)
        {
            using var gate = new Gate();
            Future<byte[]> future = executor.Submit(LargeAfterTheGate, gate.Path);
            Visitor visitor = await gate.NextAsync();
            visitor.LetPass();
            future.Cancel();
            Assert.True(future.Wait(Waits.Hang));
        }

        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
    }

    private static ProcessExecutorOptions Quick(int workers = 1)
    {
        ProcessExecutorOptions options = Small(workers);
        options.Grace = TimeSpan.FromMilliseconds(100);
        return options;
    }

    private static int AddUnlessCancelled(int number, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        return number;
    }

    private static byte[] LargeAfterTheGate(string gate)
    {
        Gate.Pass(gate);
        return new byte[20_000_000];
    }

    private static int IgnoreTerminate(string gate)
    {
        using PosixSignalRegistration registration = PosixSignalRegistration.Create(PosixSignal.SIGTERM, static context => context.Cancel = true);
        return Work.Defy(gate);
    }

    private static int LeaveOnTerminate(string gate, string note)
    {
        using PosixSignalRegistration registration = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Work.Note(note, "terminated"));
        return Work.Defy(gate);
    }

    private static void StartSleeperAndWait(string note)
    {
        using var sleeper = System.Diagnostics.Process.Start("sleep", "100");
        Work.Note(note, $"{sleeper.Id}");
        InChild.WaitForever();
    }
}

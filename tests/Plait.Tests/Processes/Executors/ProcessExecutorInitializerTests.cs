using System.Globalization;
using Plait.Codecs;
using Plait.Execution;
using Plait.Processes;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Processes.Executors;

/// <summary>The function that runs in each worker before its first task, and the one after its last.</summary>
public sealed class ProcessExecutorInitializerTests : ProcessExecutorTest
{
    [Fact]
    public async Task Initializer_OfSeveralWorkers_RunsOnceInEach()
    {
        string note = NewPath();
        ProcessExecutorOptions options = Small(2);
        options.Initializer = () =>
        {
            Work.Note(note, $"{Environment.ProcessId}");
            ProcessExecutor.Current!.State["greeting"] = "hello";
        };
        await using var executor = new ProcessExecutor(options);
        using var gate = new Gate();
        Future<int>[] both = await OccupyAsync(executor, gate, 2);
        gate.Open();
        int[] pids = await Task.WhenAll(both.Select(static future => future.Task)).InTime();

        Assert.Equal("hello", await executor.Submit(static () => (string?)ProcessExecutor.Current!.State["greeting"]).InTime());
        Assert.Equal(pids.Order().Select(static pid => $"{pid}"), Lines(note).OrderBy(static line => int.Parse(line, CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Initializer_WithLargeCaptures_BringsThemToEveryWorker()
    {
        byte[] table = new byte[3_000_000];
        Array.Fill(table, (byte)7);
        ProcessExecutorOptions options = Small();
        options.MaxTasksPerWorker = 1;
        options.Initializer = () => ProcessExecutor.Current!.State["table"] = table;
        await using var executor = new ProcessExecutor(options);

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(21_000_000, await executor.Submit(static () => ((byte[])ProcessExecutor.Current!.State["table"]!).Sum(static value => value)).InTime());
        }
    }

    [Fact]
    public async Task Initializer_ThatAlwaysThrows_BreaksTheExecutorWithItsCause()
    {
        ProcessExecutorOptions options = Small(2);
        options.CrashLoopLimit = 3;
        options.Initializer = static () => Work.Fail("no licence");
        await using var executor = new ProcessExecutor(options);
        var events = Watch(executor);

        Future<int>[] futures = [.. Enumerable.Range(0, 3).Select(number => SubmitOrBroken(executor, number)).OfType<Future<int>>()];

        foreach (Future<int> future in futures)
        {
            ExecutorBrokenException broken = await future.FailsWith<ExecutorBrokenException>();
            Assert.Contains("no licence", broken.ToString(), StringComparison.Ordinal);
            Assert.IsType<InvalidDataException>(broken.GetBaseException());
        }

        await UntilAsync(() => IsBroken(executor));
        Assert.Contains("no licence", Assert.Throws<ExecutorBrokenException>(() => executor.Submit(Work.Add, 1, 2)).ToString(), StringComparison.Ordinal);
        await UntilAsync(() => executor.GetWorkers().Count == 0);
        Assert.InRange(executor.GetStatistics().WorkersStarted, 3, 6);
        Assert.All(events.Where(static happened => happened.Kind == WorkerEventKind.StartFailed), static failed => Assert.IsType<InvalidDataException>(failed.Exception));
    }

    [Fact]
    public async Task Initializer_ThatThrowsAtFirst_IsTriedInANewWorker()
    {
        string note = NewPath();
        ProcessExecutorOptions options = Small();
        options.Initializer = () => Work.FailUntil(note, 3);
        await using var executor = new ProcessExecutor(options);

        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
        Assert.Equal(3, executor.GetStatistics().WorkersStarted);
    }

    [Fact]
    public async Task Initializer_ThatExits_BreaksTheExecutorWithTheCode()
    {
        ProcessExecutorOptions options = Small();
        options.CrashLoopLimit = 2;
        options.Initializer = static () => Environment.Exit(42);
        await using var executor = new ProcessExecutor(options);

        await UntilAsync(() => IsBroken(executor));

        Assert.Contains("42", Assert.Throws<ExecutorBrokenException>(() => executor.Submit(Work.Add, 1, 2)).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Initializer_ThatTakesTooLong_BreaksTheExecutorWithTheTime()
    {
        ProcessExecutorOptions options = Small();
        options.CrashLoopLimit = 1;
        options.Grace = TimeSpan.FromMilliseconds(100);
        options.InitializerTimeout = TimeSpan.FromMilliseconds(300);
        options.Initializer = InChild.WaitForever;
        await using var executor = new ProcessExecutor(options);

        await UntilAsync(() => IsBroken(executor));

        ExecutorBrokenException broken = Assert.Throws<ExecutorBrokenException>(() => executor.Submit(Work.Add, 1, 2));
        Assert.Contains("0.3 s", broken.Message, StringComparison.Ordinal);
        Assert.IsType<TimeoutException>(broken.GetBaseException());
    }

    [Fact]
    public void Initializer_ThatCannotTravel_IsRefusedAtOnce()
    {
        using Stream stream = File.OpenRead("/dev/null");
        ProcessExecutorOptions options = Small();
        options.Initializer = () => stream.ReadByte();

        Assert.Contains(nameof(stream), Assert.Throws<CannotTravelException>(() => new ProcessExecutor(options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Finalizer_OfWorkersThatEndInOrder_RunsInEach()
    {
        string note = NewPath();
        ProcessExecutorOptions options = Small(2);
        options.MaxTasksPerWorker = 2;
        options.Initializer = () => Work.Note(note, "began");
        options.Finalizer = () => Work.Note(note, $"ended with {ProcessExecutor.Current!.TaskNumber}");
        await using (var executor = new ProcessExecutor(options))
        {
            for (int i = 0; i < 5; i++)
            {
                await executor.Submit(Work.Add, i, 0).InTime();
            }
        }

        string[] lines = Lines(note);
        Assert.InRange(lines.Count(static line => line == "began"), 3, 6);
        Assert.Equal(lines.Count(static line => line == "began"), lines.Count(static line => line.StartsWith("ended", StringComparison.Ordinal)));
        Assert.Equal(2, lines.Count(static line => line == "ended with 2"));
    }

    [Fact]
    public async Task Finalizer_ThatThrows_HarmsNothing()
    {
        ProcessExecutorOptions options = Small();
        options.MaxTasksPerWorker = 1;
        options.Finalizer = static () => Work.Fail("at the end");
        await using var executor = new ProcessExecutor(options);

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(i, await executor.Submit(Work.Add, i, 0).InTime());
        }

        Assert.True(await executor.ShutdownAsync(ShutdownMode.Drain, Waits.Hang).InTime());
    }

    [Fact]
    public async Task Finalizer_ThatTakesTooLong_IsKilled()
    {
        ProcessExecutorOptions options = Small();
        options.ExitTimeout = TimeSpan.FromMilliseconds(300);
        options.Finalizer = InChild.WaitForever;
        var executor = new ProcessExecutor(options);
        int pid = await executor.Submit(static () => Environment.ProcessId).InTime();
        long start = TimeProvider.System.GetTimestamp();

        await executor.ShutdownAsync(ShutdownMode.Drain, Timeout.InfiniteTimeSpan).InTime();

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.FromMilliseconds(290), TimeSpan.FromSeconds(10));
        Assert.False(ProcessTable.Exists(pid));
        await executor.DisposeAsync();
    }

    [Fact]
    public async Task Finalizer_OfAWorkerThatIsKilled_DoesNotRun()
    {
        string note = NewPath();
        ProcessExecutorOptions options = Small();
        options.Grace = TimeSpan.FromMilliseconds(50);
        options.Finalizer = () => Work.Note(note, "ended");
        var executor = new ProcessExecutor(options);
        using var gate = new Gate();
        Future<int> future = executor.Submit(Work.Defy, gate.Path);
        await gate.NextAsync();

        await executor.ShutdownAsync(ShutdownMode.Kill, Waits.Hang).InTime();

        await future.IsCancelled();
        Assert.Empty(Lines(note));
        await executor.DisposeAsync();
    }

    private static Future<int>? SubmitOrBroken(ProcessExecutor executor, int number)
    {
        try
        {
            return executor.Submit(Work.Add, number, 0);
        }
        catch (ExecutorBrokenException)
        {
            return null;
        }
    }

    private static bool IsBroken(ProcessExecutor executor)
    {
        try
        {
            _ = executor.Submit(Work.Add, 1, 2);
            return false;
        }
        catch (ExecutorBrokenException)
        {
            return true;
        }
    }
}

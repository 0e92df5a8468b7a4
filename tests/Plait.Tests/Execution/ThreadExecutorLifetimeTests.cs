using System.Runtime.CompilerServices;
using Plait.Execution;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Execution;

/// <summary>The threads of a thread executor from the first to the last: by the cases of CPython's test_thread_pool and test_shutdown, in tests/ported.md.</summary>
public sealed class ThreadExecutorLifetimeTests : ExecutorTest
{
    [Fact]
    public void WorkerCount_WithoutANumber_IsFiveForEachProcessor()
    {
        using var plain = new ThreadExecutor();
        using var zero = new ThreadExecutor(0);

        Assert.Equal(5 * Environment.ProcessorCount, plain.WorkerCount);
        Assert.Equal(5 * Environment.ProcessorCount, zero.WorkerCount);
        Assert.Equal(0, plain.GetStatistics().WorkersStarted);
    }

    [Fact]
    public async Task Threads_OfANamedExecutor_HaveItsNameAndANumber()
    {
        await using var executor = new ThreadExecutor(new ThreadExecutorOptions { Workers = 3, Name = "special" });

        string?[] names = await NamesOfAsync(executor);

        Assert.Equal(["special-1", "special-2", "special-3"], names.Order());
    }

    [Fact]
    public async Task Threads_OfExecutorsWithoutAName_HaveNamesThatDiffer()
    {
        await using var first = new ThreadExecutor(2);
        await using var second = new ThreadExecutor(2);

        string?[] names = [.. await NamesOfAsync(first), .. await NamesOfAsync(second)];

        Assert.Equal(4, names.Distinct().Count());
        Assert.All(names, static name => Assert.Matches("^threads-[0-9]+-[12]$", name));
    }

    [Fact]
    public async Task Threads_OfAnExecutorThatEnds_End()
    {
        var executor = new ThreadExecutor(5);
        using var gate = new Gate();
        Future<Thread>[] futures = [.. Enumerable.Range(0, 3).Select(_ => executor.Submit(PassHere, gate.Path))];
        await gate.NextAsync(3);

        Assert.Equal(3, executor.GetStatistics().WorkersStarted);
        gate.Open();
        await executor.DisposeAsync();

        foreach (Thread thread in await Task.WhenAll(futures.Select(static future => future.Task)).InTime())
        {
            Assert.True(thread.Join(Waits.Hang));
        }
    }

    [Fact]
    public async Task Collection_OfAnExecutorWithTasks_FinishesThemAndEndsItsThreads()
    {
        (Future<Thread>[] futures, WeakReference executor) = Abandon();
        Thread[] threads = await Task.WhenAll(futures.Select(static future => future.Task)).InTime();

        await UntilAsync(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return !executor.IsAlive && !threads.Any(static thread => thread.IsAlive);
        });

        Assert.Equal(10, futures.Count(static future => future.State == FutureState.Succeeded));
    }

    [Fact]
    public async Task Exit_OfAProgramWhoseTasksNeverEnd_IsNotHeldUp()
    {
        using var gate = new Gate();
        string path = gate.Path;

        using var program = ChildProcess.Start(() =>
        {
            var executor = new ThreadExecutor(2);
            _ = executor.Submit(Work.Defy, path);
            _ = executor.ShutdownAsync(ShutdownMode.Drain, Timeout.InfiniteTimeSpan);
            using var here = Gate.Visit(path);
            GC.KeepAlive(executor);
        });
        Visitor[] visitors = await gate.NextAsync(2);

        Assert.True(await program.JoinAsync(Waits.Hang));
        Assert.Equal(0, program.Outcome!.ExitCode);
        await Task.WhenAll(visitors.Select(static visitor => visitor.GoneAsync()));
    }

    [Fact]
    public async Task Submit_WhileTheProgramEnds_StillRuns()
    {
        string note = NewPath();

        using var program = ChildProcess.Start(() =>
        {
            var executor = new ThreadExecutor(1);
            AppDomain.CurrentDomain.ProcessExit += (_, _) => executor.Submit(Work.Note, note, "at the exit").Wait();
        });

        Assert.True(await program.JoinAsync(Waits.Hang));
        Assert.Equal(0, program.Outcome!.ExitCode);
        Assert.Equal(["at the exit"], Lines(note));
    }

    [Fact]
    public async Task Submit_ByATaskThatSubmitsItselfAgain_HarmsNoProcessesStartedMeanwhile()
    {
        var executor = new ThreadExecutor(1);
        int runs = 0;
        _ = executor.Submit(Again);

        for (int round = 0; round < 5; round++)
        {
            await using var workers = new ProcessExecutor(new ProcessExecutorOptions { Workers = 1, Spares = 0 });
            Assert.Equal(3, await workers.Submit(Work.Add, 1, 2).InTime());
        }

        Assert.True(await executor.ShutdownAsync(ShutdownMode.CancelPending, Waits.Hang).InTime());
        Assert.True(runs > 1);
        await executor.DisposeAsync();

        void Again()
        {
            runs++;
            try
            {
                _ = executor.Submit(Again);
            }
            catch (ExecutorClosedException)
            {
                // The last one.
            }
        }
    }

    private static Thread PassHere(string gate)
    {
        Gate.Pass(gate);
        return Thread.CurrentThread;
    }

    private static async Task<string?[]> NamesOfAsync(ThreadExecutor executor)
    {
        using var gate = new Gate();
        Future<Thread>[] futures = [.. Enumerable.Range(0, executor.WorkerCount).Select(_ => executor.Submit(PassHere, gate.Path))];
        await gate.NextAsync(executor.WorkerCount);
        gate.Open();
        return [.. (await Task.WhenAll(futures.Select(static future => future.Task)).InTime()).Select(static thread => thread.Name)];
    }

    // Apart, so that no local of the test holds it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (Future<Thread>[] Futures, WeakReference Executor) Abandon()
    {
        var executor = new ThreadExecutor(2);
        return ([.. Enumerable.Range(0, 10).Select(_ => executor.Submit(static () => Thread.CurrentThread))], new WeakReference(executor));
    }
}

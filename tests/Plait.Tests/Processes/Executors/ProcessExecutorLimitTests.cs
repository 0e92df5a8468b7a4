using Microsoft.Win32.SafeHandles;
using Plait.Execution;
using Plait.Processes;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Processes.Executors;

/// <summary>A system that refuses more workers: the executor lives with those it has, says so, and grows when it may.</summary>
public sealed class ProcessExecutorLimitTests : ProcessExecutorTest
{
    private const int FreeForTheRuntime = 3;

    [Fact]
    public void Start_AtTheLimitOfDescriptors_GoesOnSmallerAndSaysSo()
    {
        using var child = ChildProcess.Start(GrowAtTheLimit);

        Assert.Equal("StartRefused with DescriptorLimit; 1 worker answered 3; then 3 workers", child.Result);
    }

    [Fact]
    public void Start_RefusedForTheFirstWorker_IsTriedAgain()
    {
        using var child = ChildProcess.Start(BeginAtTheLimit);

        Assert.Equal("StartRefused; then 3", child.Result);
    }

    [Fact]
    public void Start_RefusedAgainAndAgain_BreaksTheExecutorWithTheCause()
    {
        using var child = ChildProcess.Start(StayAtTheLimit);

        Assert.Equal("ExecutorBrokenException because of ChildStartException", child.Result);
    }

    private static string GrowAtTheLimit()
    {
        Practise();
        using var executor = new ProcessExecutor(Small());
        var events = Watch(executor);
        int before = executor.Submit(Work.Add, 1, 2).Result();
        List<SafeFileHandle> ballast = Fill();
        executor.Resize(3);
        SpinUntil(() => Has(events, WorkerEventKind.StartRefused));
        WorkerEvent refused = events.First(static happened => happened.Kind == WorkerEventKind.StartRefused);
        int meanwhile = executor.Submit(Work.Add, before, 0).Result();
        int workers = executor.GetStatistics().Workers;
        ballast.ForEach(static handle => handle.Dispose());
        SpinUntil(() => executor.GetStatistics().Workers == 3);
        return $"{refused.Kind} with {(refused.Exception as ChildStartException)?.Failure}; {workers} worker answered {meanwhile}; then {executor.GetStatistics().Workers} workers";
    }

    private static string BeginAtTheLimit()
    {
        Practise();
        ProcessExecutorOptions options = Small();
        options.MinimumWorkers = 0;
        options.CrashLoopLimit = 100;
        using var executor = new ProcessExecutor(options);
        var events = Watch(executor);
        List<SafeFileHandle> ballast = Fill();
        Future<int> future = executor.Submit(Work.Add, 1, 2);
        SpinUntil(() => Has(events, WorkerEventKind.StartRefused));
        ballast.ForEach(static handle => handle.Dispose());
        return $"{WorkerEventKind.StartRefused}; then {future.Result()}";
    }

    private static string StayAtTheLimit()
    {
        Practise();
        ProcessExecutorOptions options = Small();
        options.MinimumWorkers = 0;
        options.CrashLoopLimit = 3;
        using var executor = new ProcessExecutor(options);
        List<SafeFileHandle> ballast = Fill();
        Future<int> future = executor.Submit(Work.Add, 1, 2);
        Exception? error = future.GetException(Waits.Hang);
        ballast.ForEach(static handle => handle.Dispose());
        return $"{error?.GetType().Name} because of {error?.InnerException?.GetType().Name}";
    }

    // What runs for the first time loads assemblies, which need descriptors.
    private static void Practise()
    {
        StartPoolThreads();
        _ = new System.ComponentModel.Win32Exception(24).ToString();
        using var executor = new ProcessExecutor(Small());
        Watch(executor);
        _ = executor.Submit(Work.Add, 1, 2).Result();
        List<SafeFileHandle> ballast = Fill();
        executor.Resize(2);
        SpinUntil(() => executor.GetStatistics().StartsRefused > 0);
        ballast.ForEach(static handle => handle.Dispose());
    }

    // A start under test takes the free descriptors for a moment; a thread that the thread pool adds just then finds none, which ends
    // the process. So all that it may have are there beforehand.
    private static void StartPoolThreads()
    {
        const int Threads = 8;
        Assert.True(ThreadPool.SetMinThreads(Threads, Threads) && ThreadPool.SetMaxThreads(Threads, Threads));
        var together = new Barrier(Threads + 1);
        for (int i = 0; i < Threads; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static together => together.SignalAndWait(), together, preferLocal: false);
        }

        Assert.True(together.SignalAndWait(Waits.Hang));
    }

    private static List<SafeFileHandle> Fill()
    {
        using (var lower = ChildProcess.StartProgram("prlimit", ["--pid", $"{Environment.ProcessId}", "--nofile=128:"]))
        {
            lower.Join();
        }

        var ballast = new List<SafeFileHandle>();
        try
        {
            while (true)
            {
                ballast.Add(File.OpenHandle("/dev/null"));
            }
        }
        catch (IOException)
        {
            // The table is full, as wanted. The runtime needs one for a moment whenever it starts a thread of its own, a worker more than these.
            for (int i = 0; i < FreeForTheRuntime; i++)
            {
                ballast[^1].Dispose();
                ballast.RemoveAt(ballast.Count - 1);
            }

            return ballast;
        }
    }

    private static void SpinUntil(Func<bool> fact)
    {
        if (!SpinWait.SpinUntil(fact, Waits.Hang))
        {
            throw new TimeoutException("It never became true.");
        }
    }
}

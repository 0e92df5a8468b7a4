using Plait.Processes;
using Plait.Threads;

namespace Plait.Cli.Chapters.Locks;

internal sealed class ThreadStarts() : Chapter(
    "thread-start",
    Parts.LocksAndThreads,
    "A thread runs a function, or the Run of a class of yours, inside the process that starts it: both have the same pid.\n"
        + "It starts in microseconds, where a process takes milliseconds: its first line may come before its parent's next one.",
    "docs/threads.md")
{
    public override async Task RunAsync(ChapterContext context)
    {
        WorkerThread<int> byFunction = WorkerThread.Start(() => Greet(context), "by-function");
        var bySubclass = new Greeter(context);
        bySubclass.Start();
        context.Say("parent: both have been started");
        int[] pids = [await byFunction, await bySubclass];
        context.Fact("pid", Environment.ProcessId);
        context.Fact("thread_pids", pids);
        context.Expect(pids.All(pid => pid == Environment.ProcessId), "a thread has the pid of the process that started it, by function and by subclass");

        int starts = context.IsQuick ? 100 : 2000;
        double[] threads = new double[starts];
        int threadFirst = 0;
        int made = 0;

        // That it can happen is shown by one that did: on a busy machine it takes more of them.
        for (; made < starts || (threadFirst == 0 && made < 100 * starts); made++)
        {
            long called = context.Time.GetTimestamp();
            WorkerThread<long> thread = WorkerThread.Start(context.Time.GetTimestamp);
            long returned = context.Time.GetTimestamp();
            threads[made % starts] = context.Time.GetElapsedTime(called, thread.Result).TotalMicroseconds;
            threadFirst += thread.Result < returned ? 1 : 0;
        }

        double[] processes = new double[context.IsQuick ? 2 : 10];
        for (int i = 0; i < processes.Length; i++)
        {
            long called = TimeProvider.System.GetTimestamp();
            await using ChildProcess<long> process = ChildProcess.Start(static () => TimeProvider.System.GetTimestamp());
            processes[i] = TimeProvider.System.GetElapsedTime(called, await process).TotalMilliseconds;
        }

        (double ofThread, double ofProcess) = (threads.Order().ElementAt(starts / 2), processes.Min());
        context.Say($"from Start to the first line: a thread {ofThread:0} µs (median of {starts}), a process {ofProcess:0.0} ms (best of {processes.Length})");
        context.Fact("thread_us", ofThread);
        context.Fact("process_ms", ofProcess);
        context.Fact("thread_first", $"{threadFirst}/{made}");
        context.Expect(threadFirst > 0, "a thread's first line can come before its parent's next: it needs no boot");
        context.Expect(ofThread < ofProcess * 1000 / 5, "a thread starts many times faster than a process");
    }

    private static int Greet(ChapterContext context)
    {
        context.Say($"{WorkerThread.Current.Name}: runs in process {Environment.ProcessId}");
        return Environment.ProcessId;
    }

    private sealed class Greeter(ChapterContext context) : WorkerThread<int>("by-subclass")
    {
        protected override int Run() => Greet(context);
    }
}

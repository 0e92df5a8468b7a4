using Plait.Processes;

namespace Plait.Cli.Chapters.Processes;

internal sealed class ProcessStart() : Chapter(
    "process-start",
    Parts.Processes,
    "A child runs a function, or the Run of a class of yours; Start returns before the child has begun.\n"
        + "Three jobs that wait: one after another they take the time of all, started before any is joined that of one.",
    "docs/child-process.md",
    hasBreak: true)
{
    public override Task RunAsync(ChapterContext context)
    {
        var options = new ChildProcessOptions { StandardOutput = context.ChildOutput };
        using ChildProcess<long> greeter = ChildProcess.Start(Greet, options);
        long returned = TimeProvider.System.GetTimestamp();
        context.Say("parent: Start has returned");
        long begun = greeter.Result;
        context.Fact("first", returned < begun ? "parent" : "child");
        context.Fact("child_later_ms", TimeProvider.System.GetElapsedTime(returned, begun).TotalMilliseconds);
        context.Expect(returned < begun, "the parent goes on before the child's first line");

        var wait = TimeSpan.FromSeconds(context.IsQuick ? 0.7 : 2);
        TimeSpan serial = Run(context, wait, joinEach: true);
        TimeSpan together = Run(context, wait, joinEach: context.IsBroken);
        TimeSpan bound = wait * (context.IsQuick ? 3 : 1.5);
        for (int tries = 1; together >= bound && !context.IsBroken && tries < 3; tries++)
        {
            // Once more: the machine was too busy to tell.
            together = Run(context, wait, joinEach: false);
        }

        context.Fact("wait", wait);
        context.Fact("serial", serial);
        context.Fact("together", together);
        context.Expect(serial >= 3 * wait, $"one after another they take {(3 * wait).TotalSeconds} s or more");
        context.Expect(together < bound, $"started first and joined then, they take less than {bound.TotalSeconds} s");
        return Task.CompletedTask;
    }

    private static TimeSpan Run(ChapterContext context, TimeSpan wait, bool joinEach)
    {
        TimeSpan start = context.Elapsed;
        ChildProcess[] jobs = [.. Enumerable.Range(1, 3).Select(n => new Job(wait, new() { Name = $"job-{n}", StandardOutput = context.ChildOutput }))];
        foreach (ChildProcess job in jobs)
        {
            job.Start();
            if (joinEach)
            {
                job.Join(Timeout.InfiniteTimeSpan, context.Cancellation);
            }
        }

        foreach (ChildProcess job in jobs)
        {
            job.Join(Timeout.InfiniteTimeSpan, context.Cancellation);
            job.Dispose();
        }

        return context.Elapsed - start;
    }

    private static long Greet()
    {
        long begun = TimeProvider.System.GetTimestamp();
        Console.WriteLine("the child begins");
        return begun;
    }

    private sealed class Job(TimeSpan wait, ChildProcessOptions options) : ChildProcess(options)
    {
        protected override void Run()
        {
            Console.WriteLine($"waits {wait.TotalSeconds} s");
            Sleep.AtLeast(wait);
        }
    }
}

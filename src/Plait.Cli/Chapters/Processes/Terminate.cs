using System.Runtime.InteropServices;
using Plait.Processes;

namespace Plait.Cli.Chapters.Processes;

internal sealed class Terminate() : Chapter(
    "terminate",
    Parts.Processes,
    "Terminate asks the kernel to end a child and returns: the child is alive right after, and gone later.\n"
        + "Its outcome names the signal: 15 for Terminate, 9 for Kill; a handler may take 2, Interrupt, for itself.",
    "docs/child-process.md",
    hasBreak: true)
{
    private const int Terminated = 3;

    public override Task RunAsync(ChapterContext context)
    {
        var options = new ChildProcessOptions { StandardOutput = ChildOutput.Pipe };
        ChildProcess[] waiting = [.. Enumerable.Range(0, Terminated + 2).Select(_ => ChildProcess.Start(WaitForEver, options))];
        using ChildProcess<int> handling = ChildProcess.Start(WaitForInterrupt, options);
        ChildProcess[] all = [.. waiting, handling];
        foreach (ChildProcess child in all)
        {
            // The end of what it prints, were it to die early, is -1: no wait without end.
            _ = child.StandardOutput!.ReadByte();
        }

        context.Say("six children run; now the signals, and no waiting between");
        bool Send(Func<bool> signal) => !context.IsBroken && signal();
        bool isAlive = false;
        foreach (ChildProcess child in waiting[..Terminated])
        {
            // Several, because this thread may lose its core between the two calls.
            Send(child.Terminate);
            isAlive |= child.IsAlive;
        }

        Send(waiting[^2].Kill);
        Send(waiting[^1].Interrupt);
        Send(handling.Interrupt);
        ChildProcess.WaitAll(all, TimeSpan.FromSeconds(context.IsBroken ? 0.5 : 20), context.Cancellation);
        context.Fact("alive_right_after", isAlive);
        context.Fact("alive_later", all.Any(c => c.IsAlive));
        context.Fact("signal", waiting[0].Outcome?.Signal);
        context.Fact("kill", waiting[^2].Outcome?.Signal);
        context.Fact("interrupt", waiting[^1].Outcome?.Signal);
        context.Fact("handled", handling.Outcome is null ? null : handling.Result);
        context.Expect(isAlive, "a child is alive right after Terminate has returned");
        context.Expect(!all.Any(c => c.IsAlive), "all have ended later");
        context.Expect(waiting[..Terminated].All(c => c.Outcome?.Signal == 15), "Terminate ends a child by signal 15");
        context.Expect(waiting[^2].Outcome?.Signal == 9, "Kill ends a child by signal 9");
        context.Expect(waiting[^1].Outcome?.Signal == 2, "Interrupt ends a child without a handler by signal 2");
        context.Expect(handling.Outcome?.IsSuccess == true && handling.Result == 2, "a child with a handler for signal 2 returns what it likes");
        Array.ForEach(waiting, c => c.Dispose());
        return Task.CompletedTask;
    }

    private static void WaitForEver()
    {
        Console.WriteLine("ready");
        using var never = new ManualResetEventSlim();
        never.Wait();
    }

    private static int WaitForInterrupt()
    {
        using var interrupted = new ManualResetEventSlim();
        using var handler = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
        {
            signal.Cancel = true;
            interrupted.Set();
        });
        Console.WriteLine("ready");
        interrupted.Wait();
        return 2;
    }
}

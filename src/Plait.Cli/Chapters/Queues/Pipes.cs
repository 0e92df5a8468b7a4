using Plait.Processes;
using Plait.Queues;

namespace Plait.Cli.Chapters.Queues;

internal sealed class Pipes() : Chapter(
    "pipe",
    Parts.Queues,
    "A pipe has two ends. What is sent on one is received on the other, message by message, and when nobody has the other end any more,\n"
        + "that is noticed at once, also by who waits. With a lock at each end a pipe becomes a queue for many; ours beside it needs no system call.",
    "docs/pipes.md")
{
    private const int Letters = 5_000_000;

    public override Task RunAsync(ChapterContext context)
    {
        Talk(context);
        Die(context);
        PipeComparison.Show(context);
        return Task.CompletedTask;
    }

    private static void Talk(ChapterContext context)
    {
        (PipeConnection mine, PipeConnection theirs) = Pipe.Create();
        using PipeConnection end = mine;
        using ChildProcess child = ChildProcess.Start(PipePeers.Answer, theirs);
        theirs.Dispose();
        end.Send("noodles", context.Cancellation);
        end.SendBytes(new byte[Letters], context.Cancellation);
        (string word, int pid) = end.Receive<(string, int)>(context.Cancellation);
        int letters = end.Receive<int>(context.Cancellation);
        context.Say($"process {pid} has received the word and answered '{word}', and counted {letters} bytes in one message");
        context.Fact("answer", word);
        context.Fact("bytes", letters);
        context.Expect(word == "NOODLES" && pid == child.Pid, "both ends send and receive");
        context.Expect(letters == Letters, "a message is whole, however long");
        context.Expect(Ends(() => end.Receive<int>(context.Cancellation)) is { DiedInMessage: false }, "when the other process has ended, there is nothing more to wait for");
    }

    private static void Die(ChapterContext context)
    {
        (PipeConnection mine, PipeConnection theirs) = Pipe.Create();
        using PipeConnection end = mine;
        using ChildProcess child = ChildProcess.Start(PipePeers.SendForEver, theirs, Letters);
        theirs.Dispose();
        _ = end.Poll(Timeout.InfiniteTimeSpan, context.Cancellation);
        context.Say($"process {child.Pid} is killed in the middle of a message of {Letters} bytes");
        child.Kill();
        PipeClosedException? error = Ends(() => end.ReceiveBytes(cancellationToken: context.Cancellation));
        context.Say(error?.Message ?? "nothing was noticed");
        context.Fact("died_in_message", error?.DiedInMessage ?? false);
        context.Expect(error is { DiedInMessage: true }, "a message that was cut off by a death is not taken for one");
    }

    private static PipeClosedException? Ends<T>(Func<T> receive)
    {
        try
        {
            _ = receive();
            return null;
        }
        catch (PipeClosedException error)
        {
            return error;
        }
    }
}

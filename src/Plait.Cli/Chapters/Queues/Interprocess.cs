using Plait.Processes;
using Plait.Queues;
using Plait.Synchronization;

namespace Plait.Cli.Chapters.Queues;

internal sealed class Interprocess() : Chapter(
    "ipc",
    Parts.Queues,
    "A process hands a child two queues: questions go through one, answers come back through the other. The child shares no variable with it.\n"
        + "Then two children talk through a queue that the parent has made and does not touch: what is put in one is got in the other.",
    "docs/queues.md")
{
    public override async Task RunAsync(ChapterContext context)
    {
        using var scope = ProcessScope.Create();
        using IQueue<string> questions = scope.CreateQueue<string>();
        using IQueue<(int Pid, string Word)> answers = scope.CreateQueue<(int Pid, string Word)>();
        await using ChildProcess child = ChildProcess.Start(Answer, questions, answers, new ChildProcessOptions { Name = "child" });
        string[] words = ["rice", "noodles", "bread"];
        var heard = new List<(int Pid, string Word)>();
        foreach (string word in words)
        {
            questions.Put(word, context.Cancellation);
            heard.Add(answers.Get(context.Cancellation));
            context.Say($"process {Environment.ProcessId} put '{word}', process {heard[^1].Pid} answered '{heard[^1].Word}'");
        }

        questions.Shutdown();
        await child;
        context.Fact("parent_with_child", heard.Select(a => a.Word));
        context.Expect(heard.Select(a => a.Word).SequenceEqual(words.Select(w => w.ToUpperInvariant())), "the child has got every word of its parent, in order, and the parent every answer");
        context.Expect(heard.All(a => a.Pid == child.Pid && a.Pid != Environment.ProcessId), "the answers were made in the child");

        int numbers = context.IsQuick ? 2_000 : 200_000;
        using IQueue<(int Pid, int Number)> between = scope.CreateQueue<(int Pid, int Number)>(capacity: 100);
        await using ChildProcess<int> writer = ChildProcess.Start(Write, between, numbers, new ChildProcessOptions { Name = "writer" });
        await using ChildProcess<(int Pid, int Writer, int InOrder)> reader = ChildProcess.Start(Read, between, new ChildProcessOptions { Name = "reader" });
        int written = await writer;
        (int readerPid, int writerPid, int inOrder) = await reader;
        context.Say($"process {writerPid} put the numbers from 0 to {numbers - 1}, process {readerPid} got {inOrder} of them in order");
        QueueStatistics statistics = between.GetStatistics();
        context.Fact("child_with_child", inOrder);
        context.Fact("processes", new[] { Environment.ProcessId, child.Pid, writer.Pid, reader.Pid }.Distinct().Count());
        context.Expect(written == numbers && inOrder == numbers, "one child has got what the other one put: all, once, in order");
        context.Expect(writerPid == writer.Pid && readerPid == reader.Pid && writerPid != readerPid, "the two are processes of their own");
        context.Expect(statistics.Puts == numbers && statistics.Gets == numbers, "the parent sees what they did, as the queue counts in all processes");
    }

    private static void Answer(IQueue<string> questions, IQueue<(int Pid, string Word)> answers)
    {
        foreach (string word in questions.ReadAll())
        {
            answers.Put((Environment.ProcessId, word.ToUpperInvariant()));
        }
    }

    private static int Write(IQueue<(int Pid, int Number)> queue, int numbers)
    {
        for (int number = 0; number < numbers; number++)
        {
            queue.Put((Environment.ProcessId, number));
        }

        queue.Shutdown();
        return numbers;
    }

    private static (int Pid, int Writer, int InOrder) Read(IQueue<(int Pid, int Number)> queue)
    {
        (int writer, int next) = (0, 0);
        foreach ((int pid, int number) in queue.ReadAll())
        {
            (writer, next) = (pid, number == next ? next + 1 : next);
        }

        return (Environment.ProcessId, writer, next);
    }
}

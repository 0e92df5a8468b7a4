using Plait.Processes;
using Plait.Threads;

namespace Plait.Cli.Chapters.Locks;

internal sealed class SharedData() : Chapter(
    "shared-data",
    Parts.LocksAndThreads,
    "A thread changes a static field, a captured local and its argument: whoever started it sees all three changed.\n"
        + "Threads of a process share its memory. That is what makes them cheap to talk to, and what makes locks necessary.",
    "docs/threads.md",
    hasBreak: true)
{
    private static int s_number = 1;

    public override Task RunAsync(ChapterContext context)
    {
        s_number = 100;
        int local = 100;
        int[] argument = [100];
        Func<int[]> change = () =>
        {
            s_number = local = argument[0] = 666;
            return [s_number, local, argument[0]];
        };
        context.Say("the static field, the local and the argument are 100");
        int[] there = context.IsBroken ? RunInChild(change) : WorkerThread.Start(change, "changer").Result;
        int[] here = [s_number, local, argument[0]];
        context.Say($"the thread has made them {string.Join(", ", there)}; here they are {string.Join(", ", here)}");

        string[] names = ["static", "local", "argument"];
        context.Fact("order", names);
        context.Fact("thread", there);
        context.Fact("main", here);
        foreach ((string name, int value) in names.Zip(here))
        {
            context.Expect(value == 666, $"the thread's change of the {name} is seen here: 666");
        }

        return Task.CompletedTask;
    }

    private static int[] RunInChild(Func<int[]> function)
    {
        using ChildProcess<int[]> child = ChildProcess.Start(function);
        return child.Result;
    }
}

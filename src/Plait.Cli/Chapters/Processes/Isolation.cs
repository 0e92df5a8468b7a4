using Plait.Processes;

namespace Plait.Cli.Chapters.Processes;

internal sealed class Isolation() : Chapter(
    "isolation",
    Parts.Processes,
    "A child changes a static field, a captured local and its argument: the parent's stay as they were.\n"
        + "The two share no memory: locals and arguments travel as copies, statics begin afresh.",
    "docs/child-process.md",
    hasBreak: true)
{
    private static int s_number = 1;

    public override Task RunAsync(ChapterContext context)
    {
        (int fresh, int[] there, int[] here) = Change(onThread: context.IsBroken);
        string[] names = ["static", "local", "argument"];
        context.Fact("order", names);
        context.Fact("child", there);
        context.Fact("parent", here);
        context.Fact("static_at_first", fresh);
        context.Expect(there.All(n => n == 666), "the child sees all three changed to 666");
        foreach ((string name, int value) in names.Zip(here))
        {
            context.Expect(value == 100, $"the parent's {name} is still 100");
        }

        context.Expect(fresh == 1, "a static is fresh in the child: it never saw the parent's 100");
        return Task.CompletedTask;
    }

    private static (int Fresh, int[] There, int[] Here) Change(bool onThread)
    {
        s_number = 100;
        int local = 100;
        int[] argument = [100];
        Func<int[], (int Fresh, int[] There)> change = numbers =>
        {
            int fresh = s_number;
            s_number = local = numbers[0] = 666;
            return (fresh, [s_number, local, numbers[0]]);
        };
        (int fresh, int[] there) = onThread ? RunOnThread(change, argument) : RunInChild(change, argument);
        return (fresh, there, [s_number, local, argument[0]]);
    }

    private static T RunInChild<TArgument, T>(Func<TArgument, T> function, TArgument argument)
    {
        using ChildProcess<T> child = ChildProcess.Start(function, argument);
        return child.Result;
    }

    private static T RunOnThread<TArgument, T>(Func<TArgument, T> function, TArgument argument)
    {
        T? result = default;
        var thread = new Thread(() => result = function(argument));
        thread.Start();
        thread.Join();
        return result!;
    }
}

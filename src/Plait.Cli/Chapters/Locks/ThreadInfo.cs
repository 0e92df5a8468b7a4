using Plait.Processes;
using Plait.Threads;

namespace Plait.Cli.Chapters.Locks;

internal sealed class ThreadInfo() : Chapter(
    "thread-info",
    Parts.LocksAndThreads,
    "Every thread can ask which one it is, and which others there are: the main thread, ours by their names, and foreign ones.\n"
        + "A foreign thread, as those of the thread pool are, is listed from the moment at which it asks for itself.",
    "docs/threads.md")
{
    public override async Task RunAsync(ChapterContext context)
    {
        // A process of its own: this one has the threads of the tool.
        await using ChildProcess<View[]> child = ChildProcess.Start(LookAround, new ChildProcessOptions { Name = "observer" });
        View[] views = await child.GetResultAsync(context.Cancellation);
        foreach (View view in views)
        {
            context.Say($"{view.Moment}: this is '{view.Current}', the main thread is '{view.Main}'; {view.Active} threads: {string.Join(", ", view.Names)}");
            context.Fact($"{view.Moment}_current", view.Current);
            context.Fact($"{view.Moment}_names", view.Names);
        }

        context.Fact("active", views.Select(v => v.Active));
        context.Expect(views.All(v => v.Main == "main" && v.Names[0] == "main"), "whoever asks, the main thread is the same one, and comes first");
        context.Expect(views.All(v => v.Active == v.Names.Length), "ActiveCount is how many Enumerate gives");
        context.Expect(views[0] is { Current: "main", Names: ["main"] }, "at first there is the main thread alone");
        context.Expect(views[1] is { Current: "clerk", Names: ["main", "clerk", "Thread-1"] }, "threads of ours are listed by the names they were given, or a number");
        context.Expect(views[2] is { Current: "foreign-1", Names: ["main", "clerk", "Thread-1", "foreign-1"] }, "a foreign thread that asks gets a name, and is listed too");
        context.Expect(views[3] is { Current: "main", Names: ["main"] }, "those that have ended are not");
    }

    private static View[] LookAround()
    {
        View alone = Look("alone");
        using var leave = new ManualResetEventSlim();
        View? ofClerk = null;
        using var looked = new ManualResetEventSlim();

        // Made first, and so number 1, but started second.
        WorkerThread other = WorkerThread.Create(() => leave.Wait());
        WorkerThread clerk = WorkerThread.Create(
            () =>
            {
                other.Start();
                ofClerk = Look("ours");
                looked.Set();
                leave.Wait();
            },
            "clerk");
        clerk.Start();
        looked.Wait();
        View? ofForeign = null;
        var foreign = new Thread(() => ofForeign = Look("foreign"));
        foreign.Start();
        foreign.Join();
        leave.Set();
        clerk.Join();
        other.Join();
        return [alone, ofClerk!, ofForeign!, Look("ended")];
    }

    private static View Look(string moment)
    {
        string current = WorkerThread.Current.Name;
        string[] names = [.. WorkerThread.Enumerate().Select(t => t.Name)];
        return new View(moment, current, WorkerThread.MainThread.Name, WorkerThread.ActiveCount, names);
    }

    private sealed record View(string Moment, string Current, string Main, int Active, string[] Names);
}

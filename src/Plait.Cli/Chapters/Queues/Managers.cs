using Plait.Processes;

namespace Plait.Cli.Chapters.Queues;

internal sealed class Managers() : Chapter(
    "manager",
    Parts.Queues,
    "An ordinary object lives in a server process; others call it through an interface, and its errors come back with the stack they had there.\n"
        + "It needs no lock: its calls run one at a time. It is disposed when no process has a proxy of it any more.",
    "docs/manager.md")
{
    public override async Task RunAsync(ChapterContext context)
    {
        (int processes, int calls) = (3, context.IsQuick ? 200 : 5000);
        using var manager = Manager.Start(new ManagerOptions { Name = "bank" });
        ITill till = manager.Create<ITill>(static () => new Till());
        context.Say($"the till is in process {till.Pid}, this is process {Environment.ProcessId}");

        long began = context.Time.GetTimestamp();
        ChildProcess[] sellers = [.. Enumerable.Range(0, processes).Select(_ => ChildProcess.Start(() => Sell(till, calls)))];
        foreach (ChildProcess seller in sellers)
        {
            await seller;
            seller.Dispose();
        }

        double each = context.Time.GetElapsedTime(began).TotalMicroseconds / (processes * calls);
        context.Say($"{processes} processes sold {calls} times each: the till holds {till.Sum}, {each:0.0} µs a call, the start of the processes included");

        string stack = "";
        try
        {
            till.Pay(1_000_000_000);
        }
        catch (InvalidOperationException error)
        {
            stack = error.StackTrace ?? "";
            context.Say($"{error.GetType().Name}: {error.Message}\n{stack.Split('\n')[0]}");
        }

        IManagedDictionary<string, int> words = manager.CreateDictionary<string, int>();
        using ChildProcess counter = ChildProcess.Start(() => Count(words, "to be or not to be"));
        await counter;
        context.Say($"another process counted: {string.Join(", ", words.OrderBy(static word => word.Key, StringComparer.Ordinal).Select(static word => $"{word.Key} {word.Value}"))}");

        long alive = manager.GetStatistics().ObjectsAlive;
        Manager.Release(words);
        long after = manager.GetStatistics().ObjectsAlive;
        context.Fact("processes", processes);
        context.Fact("sum", till.Sum);
        context.Fact("us_a_call", each);
        context.Fact("remote_stack", stack.Contains(nameof(Till) + "." + nameof(Till.Pay), StringComparison.Ordinal));
        context.Fact("alive", alive);
        context.Fact("alive_after_release", after);
        context.Expect(till.Pid == manager.Pid && till.Pid != Environment.ProcessId, "the object lives in the server");
        context.Expect(till.Sum == processes * calls, "no call was lost, and the object has no lock");
        context.Expect(stack.Contains(nameof(Till) + "." + nameof(Till.Pay), StringComparison.Ordinal), "the error shows where it was thrown in the server");
        context.Expect(alive == 2 && after == 1, "an object lives as long as somebody has a proxy of it");
    }

    private static void Sell(ITill till, int calls)
    {
        for (int i = 0; i < calls; i++)
        {
            till.Take(1);
        }
    }

    private static void Count(IManagedDictionary<string, int> words, string text)
    {
        foreach (string word in text.Split(' '))
        {
            _ = words.AddOrUpdate(word, 1, static count => count + 1);
        }
    }
}

using Plait.Processes;
using Plait.Queues;

namespace Plait.Cli.Chapters.Queues;

/// <summary>Those who put and those who get.</summary>
internal static class Kitchen
{
    /// <summary>Cooks, each a process, put so many dishes each. Completes when they have left.</summary>
    public static async Task CookAsync(ChapterContext context, IQueue<string?> table, int cooks, int each)
    {
        ChildProcess[] processes = [.. Enumerable.Range(1, cooks).Select(n => ChildProcess.Start(Cook, table, n, each, new ChildProcessOptions { Name = $"cook-{n}" }))];
        foreach (ChildProcess process in processes)
        {
            await process.JoinAsync(cancellationToken: context.Cancellation);
            await process;
            process.Dispose();
        }
    }

    /// <summary>Eats until it gets a null.</summary>
    /// <returns>How many dishes.</returns>
    public static int EatUntilSentinel(IQueue<string?> table)
    {
        int eaten = 0;
        while (table.Get() is not null)
        {
            eaten++;
        }

        return eaten;
    }

    /// <summary>Eats, and says so of each dish.</summary>
    public static void EatForEver(IJoinableQueue<string?> table)
    {
        while (true)
        {
            _ = table.Get();
            table.TaskDone();
        }
    }

    /// <summary>Puts so many dishes.</summary>
    public static void Cook(IQueue<string?> table, int cook, int dishes)
    {
        for (int dish = 0; dish < dishes; dish++)
        {
            table.Put($"dish {dish} of cook {cook}");
        }
    }
}

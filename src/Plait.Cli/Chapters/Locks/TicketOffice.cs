using System.Text.Json.Nodes;
using Plait.Synchronization;

namespace Plait.Cli.Chapters.Locks;

/// <summary>What a buyer does only while it holds the lock.</summary>
internal enum Locked
{
    Nothing,
    All,
    Buying,
}

/// <summary>The tickets are in a file, and so shared by processes that know nothing of each other.</summary>
internal static class TicketOffice
{
    /// <summary>One buyer: in every round it looks, and buys a ticket if one is left.</summary>
    /// <param name="file">The tickets.</param>
    /// <param name="rounds">What is locked in each round.</param>
    /// <param name="unit">About how many seconds it takes to look, and to pay.</param>
    /// <param name="doors">Passed before and after each round.</param>
    /// <param name="counter">The lock.</param>
    /// <param name="looking">Has a permit for each who looks.</param>
    /// <returns>For every round whether it has got a ticket, and how many looked when it did.</returns>
    public static (bool Bought, int Looking)[] BuyInEveryRound(string file, Locked[] rounds, double unit, IBarrier doors, ILock counter, ISemaphore looking) => [.. rounds.Select(locked =>
    {
        // Before the doors open: what is done for the first time takes longer.
        Take(Look(file) / 1e3);
        (bool bought, int together) = (false, 0);
        doors.Wait();
        using (locked == Locked.All ? counter.Acquire() : default)
        {
            looking.Release();
            Take(unit);
            together = looking.CurrentCount;
            looking.Wait();
            using (locked == Locked.Buying ? counter.Acquire() : default)
            {
                bought = Buy(file, unit);
            }
        }

        doors.Wait();
        return (bought, together);
    })];

    /// <summary>Says how many tickets are left; in one step, so that nobody reads half a file.</summary>
    public static void Write(string file, int left)
    {
        string draft = $"{file}.{Environment.ProcessId}";
        File.WriteAllText(draft, new JsonObject { ["left"] = left }.ToJsonString());
        File.Move(draft, file, overwrite: true);
    }

    private static bool Buy(string file, double unit)
    {
        int left = Look(file);
        if (left > 0)
        {
            Take(unit);
            Write(file, left - 1);
        }

        return left > 0;
    }

    private static int Look(string file) => JsonNode.Parse(File.ReadAllText(file))!["left"]!.GetValue<int>();

    private static void Take(double unit) => Sleep.AtLeast(TimeSpan.FromSeconds(unit * (1 + (Random.Shared.NextDouble() / 4))));
}

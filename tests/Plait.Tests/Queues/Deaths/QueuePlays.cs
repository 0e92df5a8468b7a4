using Plait.Tests.Synchronization.Deaths;
using Xunit;

namespace Plait.Tests.Queues.Deaths;

/// <summary>What may happen at a queue: killed while putting, getting, waiting, growing, counting the work, ending it.</summary>
internal static class QueuePlays
{
    // Numbers of items by who put them: from 1 on those that were there, from these on the victim's and the companion's.
    private const int OfVictim = 1_000;
    private const int OfCompanion = 2_000;

    public static readonly Dictionary<string, Play[]> Groups = new(Stock.All.ToDictionary(static stock => stock.Name, static stock => Of(stock).ToArray()))
    {
        ["leases"] = [.. LeasePlays.All],
    };

    private static IEnumerable<Play> Of(Stock stock)
    {
        int full = stock.Capacity ?? 64;
        yield return new Play($"{stock.Name}: putting")
        {
            Make = scope => stock.Make(scope, 1),
            Act = stage => Counted(stage, 1, () => stock.Put(stage, OfVictim)),
            Check = stage => Check(stock, stage, 1),
        };
        yield return new Play($"{stock.Name}: putting for one who waits")
        {
            Make = scope => stock.Make(scope, 0),
            Companions = [stage => Take(stock, stage)],
            Prepare = stage => Stage.Until(() => stock.Statistics(stage).WaitingGetters > 0, "somebody waits for an item"),
            Act = stage => Counted(stage, 1, () => stock.Put(stage, OfVictim)),
            Revive = stage => FeedUntilTaken(stock, stage),
            Check = stage => Check(stock, stage, 0),
        };
        yield return new Play($"{stock.Name}: putting several")
        {
            Make = scope => stock.Make(scope, 1),
            Act = stage => Counted(stage, 3, () => stock.PutMany(stage, OfVictim, 3)),
            Check = stage => Check(stock, stage, 1),
        };
        yield return new Play($"{stock.Name}: getting")
        {
            Make = scope => stock.Make(scope, Math.Min(full, 3)),
            Act = stage => Counted(stage, -1, () => stock.Get(stage)),
            Check = stage => Check(stock, stage, Math.Min(full, 3)),
        };
        yield return new Play($"{stock.Name}: getting several")
        {
            Make = scope => stock.Make(scope, 4),
            Act = stage => Counted(stage, -3, () => stock.GetMany(stage, 3)),
            Check = stage => Check(stock, stage, 4),
        };
        yield return new Play($"{stock.Name}: working")
        {
            Make = scope => stock.Make(scope, 2),
            Companions = [stage => Join(stock, stage)],
            Prepare = stage => Stage.Until(() => stock.Joiners(stage) > 0, "somebody joins"),
            Act = stage =>
            {
                Counted(stage, -2, () =>
                {
                    _ = stock.Get(stage);
                    _ = stock.Get(stage);
                });
                stock.TaskDone(stage);
                stock.TaskDone(stage);
            },
            Revive = stage => Finish(stock, stage),
            Check = stage => Check(stock, stage, 2),
        };
        yield return new Play($"{stock.Name}: waiting for an item")
        {
            Make = scope => stock.Make(scope, 0),
            Companions = [stage =>
            {
                Stage.Until(() => stage.IsStopped || stock.Statistics(stage).WaitingGetters > 0, "somebody waits for an item");
                stock.Put(stage, OfCompanion);
                _ = stage.AddExtra();
            }],
            Act = stage => Counted(stage, -1, () => stock.Get(stage)),
            Check = stage => Check(stock, stage, 0),
        };
        yield return new Play($"{stock.Name}: looking")
        {
            Make = scope => stock.Make(scope, 1),
            Act = stage => Counted(stage, 0, () => Assert.True(stock.Peek(stage))),
            Check = stage => Check(stock, stage, 1),
        };
        foreach (bool immediate in new[] { false, true })
        {
            yield return new Play($"{stock.Name}: ending it{(immediate ? " at once" : string.Empty)}")
            {
                Make = scope => stock.Make(scope, 2),
                Companions = [stage => Join(stock, stage)],
                Prepare = stage => Stage.Until(() => stock.Joiners(stage) > 0, "somebody joins"),
                Act = stage => stock.Shutdown(stage, immediate),
                Revive = stage =>
                {
                    // It may have come to nothing; the next one does it again.
                    stock.Shutdown(stage, immediate);
                    Finish(stock, stage);
                },
                Check = stage =>
                {
                    int left = stock.Settle(stage);
                    Assert.True(left is 0 or 2, $"{left} items are left");
                    Assert.True(!immediate || stage.IsAlone || left == 0, $"{left} items are left of those that were dropped");
                },
            };
        }

        yield return new Play($"{stock.Name}: making another")
        {
            Make = scope => stock.Make(scope, 1),
            Act = stage => stock.Make(stage.Scope, 0),
            Check = stage => Check(stock, stage, 1),
        };
        foreach (Play play in stock.Capacity is null ? Growing(stock, full) : Bounded(stock, full))
        {
            yield return play;
        }
    }

    private static IEnumerable<Play> Bounded(Stock stock, int full)
    {
        yield return new Play($"{stock.Name}: getting for one who waits")
        {
            Make = scope => stock.Make(scope, full),
            Companions = [stage =>
            {
                stock.Put(stage, OfCompanion);
                _ = stage.AddExtra();
            }],
            Prepare = stage => Stage.Until(() => stock.Statistics(stage).WaitingPutters > 0, "somebody waits for room"),
            Act = stage => Counted(stage, -1, () => stock.Get(stage)),
            Revive = stage =>
            {
                Stage.Until(() => stage.Extras > 0 || stock.Statistics(stage).Count == full, "somebody puts, or cannot");
                while (stage.Extras == 0)
                {
                    int before = stock.Statistics(stage).Count;
                    if (before == full)
                    {
                        _ = stock.Get(stage);
                        stock.TaskDone(stage);
                        _ = stage.AddTally();
                    }

                    Stage.Until(() => stage.Extras > 0 || stock.Statistics(stage).Count == full, "somebody puts");
                }
            },
            Check = stage => Check(stock, stage, full),
        };
        yield return new Play($"{stock.Name}: waiting for room")
        {
            Make = scope => stock.Make(scope, full),
            Companions = [stage =>
            {
                Stage.Until(() => stage.IsStopped || stock.Statistics(stage).WaitingPutters > 0, "somebody waits for room");
                Take(stock, stage);
            }],
            Act = stage => Counted(stage, 1, () => stock.Put(stage, OfVictim)),
            Check = stage => Check(stock, stage, full),
        };
    }

    private static IEnumerable<Play> Growing(Stock stock, int full)
    {
        yield return new Play($"{stock.Name}: growing")
        {
            Make = scope => stock.Make(scope, full),
            Act = stage => Counted(stage, 1, () => stock.Put(stage, OfVictim)),
            Check = stage => Check(stock, stage, full),
        };
        yield return new Play($"{stock.Name}: growing again")
        {
            Make = scope => stock.Make(scope, 2 * full),
            Companions = [stage => Take(stock, stage), stage => Take(stock, stage)],
            Act = stage => Counted(stage, 4, () => stock.PutMany(stage, OfVictim, 4)),
            Check = stage => Check(stock, stage, 2 * full),
        };
    }

    // The victim has done all of it, or some of it if it is stopped in the middle.
    private static void Counted(Stage stage, int change, Action action)
    {
        stage.Count = (Math.Min(change, 0), Math.Max(change, 0));
        action();
        stage.Count = (change, change);
    }

    private static void Take(Stock stock, Stage stage)
    {
        _ = stock.Get(stage);
        stock.TaskDone(stage);
        _ = stage.AddTally();
    }

    private static void Join(Stock stock, Stage stage)
    {
        Assert.True(stock.Join(stage), $"a join does not end: {stock.Name}");
        stage.HasJoined = true;
    }

    // What the victim did not put, somebody else does.
    private static void FeedUntilTaken(Stock stock, Stage stage)
    {
        Stage.Until(() => stage.Tally > 0 || stock.Statistics(stage).Count == 0, "what was put is taken");
        if (stage.Tally == 0)
        {
            stock.Put(stage, OfCompanion);
            _ = stage.AddExtra();
        }

        Stage.Until(() => stage.Tally > 0, "somebody takes");
    }

    // Does the work that is left; then those who join go on.
    private static void Finish(Stock stock, Stage stage)
    {
        for (int left = stock.Statistics(stage).Count; left > 0; left--)
        {
            Take(stock, stage);
        }

        Stage.Until(() => stage.HasJoined, "who joins goes on");
    }

    private static void Check(Stock stock, Stage stage, int items)
    {
        int left = stock.Settle(stage);
        (int least, int most) = stage.Count;
        int others = stage.Extras - stage.Tally;

        // Companions that died with the victim have done what they do, or not, or half of it.
        (int fewer, int more) = stage.IsAlone ? (2, 1) : (0, 0);
        Assert.True(left >= items + least + others - fewer && left <= items + most + others + more, $"{left} items are left of {items}, with {least} to {most} of the victim's and {others} of others");
    }
}

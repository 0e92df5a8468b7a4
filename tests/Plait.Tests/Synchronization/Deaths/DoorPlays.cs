using Plait.Memory;
using Plait.Synchronization;
using Plait.Synchronization.Engine;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Synchronization.Deaths;

/// <summary>What may happen at a primitive that is held: killed while acquiring, waiting, holding, handing over, giving up, releasing.</summary>
internal static class DoorPlays
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(10);

    public static IEnumerable<Play> Of(Door door)
    {
        yield return new Play($"{door.Name}: alone")
        {
            Make = door.Make,
            Act = stage =>
            {
                door.GoIn(stage);
                Door.GoOut(stage);
            },
            Check = door.Check,
        };
        yield return new Play($"{door.Name}: behind another")
        {
            Make = door.Make,
            Companions = [stage => HoldUntilWaitedFor(door, stage)],
            Prepare = static stage => stage.UntilReady(),
            Act = stage =>
            {
                door.GoIn(stage);
                Door.GoOut(stage);
            },
            Check = stage =>
            {
                door.Check(stage);
                CheckUntold(door, stage);
            },
        };
        yield return new Play($"{door.Name}: before a sleeper")
        {
            Make = door.Make,
            Prepare = stage => PrepareInside(door, stage, waiters: 1),
            Companions = [stage => FollowVictim(door, stage)],
            Act = Door.GoOut,
            Check = door.Check,
        };
        yield return new Play($"{door.Name}: before an async waiter")
        {
            Make = door.Make,
            Prepare = stage => PrepareInside(door, stage, waiters: 1),
            Companions = [stage => FollowVictimAsync(door, stage).GetAwaiter().GetResult()],
            Act = Door.GoOut,
            Check = door.Check,
        };
        yield return new Play($"{door.Name}: before several")
        {
            Make = door.Make,
            Prepare = stage => PrepareInside(door, stage, waiters: 3),
            Companions = [stage => FollowVictim(door, stage), stage => FollowVictimAsync(door, stage).GetAwaiter().GetResult(), stage => FollowVictim(door, stage)],
            Act = Door.GoOut,
            Check = door.Check,
        };
        yield return new Play($"{door.Name}: among others")
        {
            Make = door.Make,
            Companions = [stage => HoldUntilWaitedFor(door, stage, waiters: 3), stage => WaitBeside(door, stage, before: 0), stage => WaitBeside(door, stage, before: 2)],
            Prepare = stage =>
            {
                stage.UntilReady();
                stage.UntilWaiting(door.Get(stage));
            },
            Act = stage =>
            {
                door.GoIn(stage);
                Door.GoOut(stage);
            },
            Check = door.Check,
        };
        yield return new Play($"{door.Name}: giving up")
        {
            Make = door.Make,
            Companions = [stage => HoldUntilStopped(door, stage)],
            Prepare = static stage => stage.UntilReady(),
            Act = stage =>
            {
                stage.Mark = Mark.Between;
                if (door.Enter(stage, s_short) is not null)
                {
                    throw new InvalidOperationException("It came in although another is inside.");
                }

                stage.Mark = Mark.Outside;
            },
            Check = door.Check,
        };
        yield return new Play($"{door.Name}: awaiting")
        {
            Make = door.Make,
            Companions = [stage => HoldUntilWaitedFor(door, stage)],
            Prepare = static stage => stage.UntilReady(),
            Act = stage => InAndOutAsync(door, stage).GetAwaiter().GetResult(),
            Check = door.Check,
        };
        yield return new Play($"{door.Name}: handing over")
        {
            Make = door.Make,
            Prepare = stage => PrepareInside(door, stage, waiters: 1),
            Companions = [stage => FollowVictim(door, stage)],
            Act = static stage =>
            {
                stage.Hold = stage.Hold.HandOver();
                Door.GoOut(stage);
            },
            Check = door.Check,
        };

        if (door.IsPoked)
        {
            Func<Stage, ISynchronizer> get = door.Get;

            // A waiter that has not waited for long is told to try.
            yield return new Play($"{door.Name}: before a newcomer")
            {
                Make = door.Make,
                Prepare = stage => PrepareInside(door, stage, waiters: 1),
                Companions = [stage => FollowVictim(door, stage)],
                Act = stage =>
                {
                    MakeYoung(get(stage));
                    Door.GoOut(stage);
                },
                Check = door.Check,
            };
            yield return new Play($"{door.Name}: a newcomer behind another")
            {
                Make = door.Make,
                Companions =
                [
                    stage =>
                    {
                        Hold hold = door.Other(stage);
                        stage.IsReady = true;
                        stage.UntilWaiting(get(stage));
                        MakeYoung(get(stage));
                        hold.Release();
                    },
                ],
                Prepare = static stage => stage.UntilReady(),
                Act = stage =>
                {
                    door.GoIn(stage);
                    Door.GoOut(stage);
                },
                Check = door.Check,
            };
        }

        if (door.IsReported)
        {
            yield return new Play($"{door.Name}: being told")
            {
                Make = door.Make,
                Prepare = stage => EndInside(door, stage),
                Act = stage =>
                {
                    door.GoIn(stage);
                    Door.GoOut(stage);
                },
                Check = door.Check,
            };
        }

        // The unit ends while it holds, and its own process sees to it until it is killed: who is next may have been told before.
        yield return new Play($"{door.Name}: ending")
        {
            Make = door.Make,
            Prepare = stage => PrepareInside(door, stage, waiters: 1),
            Companions = [stage => FollowVictim(door, stage)],
            Act = static _ => Agents.EndThread(),
            Check = door.Check,
        };
    }

    public static void HoldUntilWaitedFor(Door door, Stage stage, int waiters = 1)
    {
        Hold hold = door.Other(stage);
        stage.IsReady = true;
        stage.UntilWaiting(door.Get(stage), waiters);
        hold.Release();
    }

    public static void HoldUntilStopped(Door door, Stage stage)
    {
        Hold hold = door.Other(stage);
        stage.IsReady = true;
        Stage.Until(() => stage.IsStopped, "the victim is stopped");
        hold.Release();
    }

    private static void PrepareInside(Door door, Stage stage, int waiters)
    {
        door.GoIn(stage);
        stage.IsReady = true;
        stage.UntilWaiting(door.Get(stage), waiters);
    }

    private static void EndInside(Door door, Stage stage)
    {
        var other = new Thread(() =>
        {
            _ = door.Enter(stage, Waits.Hang);
            Agents.EndThread();
        });
        other.UnsafeStart();
        other.Join();
    }

    private static unsafe void MakeYoung(ISynchronizer synchronizer)
    {
        var its = (Synchronizer)synchronizer;
        uint first = its.Record->QueueHead;
        if (first != 0)
        {
            its.Memory.Agent(first)->WaitSince = long.MaxValue;
        }
    }

    private static void FollowVictim(Door door, Stage stage)
    {
        stage.UntilReady();
        door.Other(stage).Release();
    }

    private static async Task FollowVictimAsync(Door door, Stage stage)
    {
        stage.UntilReady();
        Hold hold = await door.OtherAsync(stage);
        hold.Release();
    }

    private static void WaitBeside(Door door, Stage stage, int before)
    {
        stage.UntilReady();
        stage.UntilWaiting(door.Get(stage), before);
        door.Other(stage).Release();
    }

    // Granted, and its wait was not over: it never returned from that, and whoever let it in had left.
    private static void CheckUntold(Door door, Stage stage)
    {
        if (stage.Point == CrashPoint.GrantSeen || (stage.Point == CrashPoint.HoldEntered && door.Get(stage) is not OwnedLock))
        {
            Assert.Equal(0, stage.Reports);
        }
    }

    private static async Task InAndOutAsync(Door door, Stage stage)
    {
        stage.Mark = Mark.Between;
        stage.Hold = await door.EnterAsync(stage);
        stage.Mark = Mark.Inside;
        Door.GoOut(stage);
    }
}

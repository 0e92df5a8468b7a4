using Plait.Memory;
using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Synchronization.Deaths;

/// <summary>What may happen at a condition and at a barrier.</summary>
internal static class MeetingPlays
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(10);

    public static IEnumerable<Play> Conditions { get; } =
    [
        WaitingForANotification(isAsync: false),
        WaitingForANotification(isAsync: true),
        Notifying(isAsync: false),
        Notifying(isAsync: true),
        new("condition: giving up")
        {
            Make = static scope => scope.CreateCondition(),
            Prepare = Acquire,
            Act = static stage =>
            {
                stage.Mark = Mark.Between;
                Assert.False(Condition(stage).Wait(stage.Hold, s_short));
                Door.GoOut(stage);
            },
            Check = CheckCondition,
        },
    ];

    public static IEnumerable<Play> Barriers { get; } =
    [
        new("barrier: arriving first")
        {
            Make = static scope => scope.CreateBarrier(2),
            Companions = [static stage =>
            {
                stage.UntilWaiting(Barrier(stage));
                Meet(stage);
            }],
            Act = Arrive,
            Revive = BreakIfNobodyElseComes,
            Check = CheckBarrier,
        },
        new("barrier: arriving last")
        {
            Make = static scope => scope.CreateBarrier(3),
            Companions = [Meet, Meet],
            Prepare = static stage => stage.UntilWaiting(Barrier(stage), 2),
            Act = Arrive,
            Revive = BreakIfNobodyElseComes,
            Check = CheckBarrier,
        },
        new("barrier: arriving last, awaited by async parties")
        {
            Make = static scope => scope.CreateBarrier(3),
            Companions = [MeetAsynchronously, MeetAsynchronously],
            Prepare = static stage => stage.UntilWaiting(Barrier(stage), 2),
            Act = Arrive,
            Revive = BreakIfNobodyElseComes,
            Check = CheckBarrier,
        },
        new("barrier: arriving for two rounds")
        {
            Make = static scope => scope.CreateBarrier(2),
            Companions = [static stage =>
            {
                Meet(stage);
                Meet(stage);
            }],
            Act = static stage =>
            {
                Arrive(stage);
                Arrive(stage);
            },

            // Whether it had arrived for the second round is not known: then it has broken that already.
            Revive = static stage => Barrier(stage).Abort(),
            Check = CheckBarrier,
        },
        new("barrier: giving up")
        {
            Make = static scope => scope.CreateBarrier(3),
            Companions = [Meet],
            Prepare = static stage => stage.UntilWaiting(Barrier(stage)),
            Act = static stage => Assert.Throws<BrokenBarrierException>(() => Barrier(stage).Wait(s_short)),
            Revive = BreakIfNobodyElseComes,
            Check = CheckBarrier,
        },
        new("barrier: aborting")
        {
            Make = static scope => scope.CreateBarrier(3),
            Companions = [Meet, MeetAsynchronously],
            Prepare = static stage => stage.UntilWaiting(Barrier(stage), 2),
            Act = static stage => Barrier(stage).Abort(),
            Revive = BreakIfNobodyElseComes,
            Check = CheckBarrier,
        },
        new("barrier: resetting")
        {
            Make = static scope => scope.CreateBarrier(3),
            Companions = [Meet, MeetAsynchronously],
            Prepare = static stage => stage.UntilWaiting(Barrier(stage), 2),
            Act = static stage => Barrier(stage).Reset(),
            Revive = BreakIfNobodyElseComes,
            Check = CheckBarrier,
        },
    ];

    // Its lock was made just before it.
    private static ICondition Condition(Stage stage) => stage.Get<ICondition>(2);

    private static IBarrier Barrier(Stage stage) => stage.Get<IBarrier>();

    private static void Acquire(Stage stage)
    {
        stage.Mark = Mark.Between;
        stage.Hold = Condition(stage).Acquire();
        stage.Mark = Mark.Inside;
    }

    private static Hold AcquireAfter(Stage stage)
    {
        Assert.True(Condition(stage).Lock.TryAcquire(Waits.Hang, out Hold hold), "the condition's lock cannot be acquired any more");
        return stage.Note(hold);
    }

    // A notification reaches the one behind the victim if the victim is not there any more to return from its wait.
    private static Play WaitingForANotification(bool isAsync) => new($"condition: {(isAsync ? "awaiting" : "waiting for")} a notification")
    {
        Make = static scope => scope.CreateCondition(),
        Companions =
        [
            static stage =>
            {
                stage.UntilWaiting(Condition(stage));
                Hold hold = AcquireAfter(stage);
                stage.IsReady = true;
                Condition(stage).Wait(hold);
                _ = stage.AddTally();
                hold.Release();
            },
            static stage =>
            {
                // The other has the lock then, until it waits.
                Stage.Until(() => stage.IsReady, "the other waits");
                Hold hold = AcquireAfter(stage);
                Condition(stage).Notify(hold);
                hold.Release();
            },
        ],
        Prepare = isAsync ? AcquireAsync : Acquire,
        Act = stage =>
        {
            stage.Mark = Mark.Between;
            if (isAsync)
            {
                Condition(stage).WaitAsync(stage.Hold).AsTask().GetAwaiter().GetResult();
            }
            else
            {
                Condition(stage).Wait(stage.Hold);
            }

            stage.Count = (1, 1);
            stage.Mark = Mark.Inside;
            Door.GoOut(stage);
        },
        Revive = static stage =>
        {
            Hold hold = AcquireAfter(stage);
            hold.Release();

            // Nobody needs to be told twice: who returned used the notification, and who died as the owner left that news instead.
            Stage.Until(() => stage.Tally > 0 || stage.Reports > 0 || stage.Count == (1, 1), "the notification reaches somebody");
            while (stage.Tally == 0)
            {
                hold = AcquireAfter(stage);
                Condition(stage).NotifyAll(hold);
                hold.Release();
            }
        },
        Check = CheckCondition,
    };

    private static void AcquireAsync(Stage stage)
    {
        stage.Mark = Mark.Between;
        stage.Hold = Condition(stage).AcquireAsync().AsTask().GetAwaiter().GetResult();
        stage.Mark = Mark.Inside;
    }

    private static async Task WaitAsync(Stage stage)
    {
        Hold hold = stage.Note(await Condition(stage).AcquireAsync());
        await Condition(stage).WaitAsync(hold);
        _ = stage.AddTally();
        hold.Release();
    }

    private static Play Notifying(bool isAsync) => new($"condition: notifying {(isAsync ? "an async waiter" : "a sleeper")}")
    {
        Make = static scope => scope.CreateCondition(),
        Companions =
        [
            stage =>
            {
                if (isAsync)
                {
                    WaitAsync(stage).GetAwaiter().GetResult();
                    return;
                }

                Hold hold = AcquireAfter(stage);
                Condition(stage).Wait(hold);
                _ = stage.AddTally();
                hold.Release();
            },
        ],
        Prepare = static stage =>
        {
            stage.UntilWaiting(Condition(stage));
            Acquire(stage);
        },
        Act = static stage =>
        {
            Condition(stage).Notify(stage.Hold);
            stage.Count = (1, 1);
            Door.GoOut(stage);
        },
        Revive = static stage =>
        {
            if (stage.Count == (1, 1))
            {
                Stage.Until(() => stage.Tally > 0, "a notification was lost");
            }

            while (stage.Tally == 0)
            {
                Hold hold = AcquireAfter(stage);
                Condition(stage).NotifyAll(hold);
                hold.Release();
            }
        },
        Check = CheckCondition,
    };

    private static void CheckCondition(Stage stage)
    {
        AcquireAfter(stage).Release();
        Hold hold = AcquireAfter(stage);

        // Unless what the dead were notified of reaches this wait.
        Assert.True(!Condition(stage).Wait(hold, TimeSpan.Zero) || stage.IsAlone, "notified by nobody");
        Assert.Equal(0, Condition(stage).NotifyAll(hold));
        hold.Release();
        Door.CheckReports(stage);
    }

    private static void Arrive(Stage stage)
    {
        try
        {
            _ = Barrier(stage).Wait();
            stage.Mark = Mark.Inside;
        }
        catch (BrokenBarrierException)
        {
            // By a companion, or by whoever saw that it was stopped.
        }
    }

    private static void Meet(Stage stage) => Meet(stage, () => Barrier(stage).Wait());

    private static void MeetAsynchronously(Stage stage) => Meet(stage, () => Barrier(stage).WaitAsync().AsTask().GetAwaiter().GetResult());

    private static void Meet(Stage stage, Func<int> wait)
    {
        try
        {
            _ = wait();
        }
        catch (BrokenBarrierException)
        {
            _ = stage.AddTally();
        }
    }

    // A party that died before it arrived breaks nothing: who waits then waits for another. One that had arrived has broken it.
    private static void BreakIfNobodyElseComes(Stage stage)
    {
        if (!Barrier(stage).IsBroken)
        {
            Assert.False(stage.Point is CrashPoint.WaitSleeping or CrashPoint.QueueEntered or CrashPoint.BarrierActing or CrashPoint.BarrierBroken && Barrier(stage).WaitingCount > 0, "a party died, and the others wait for it");
            Barrier(stage).Abort();
        }
    }

    private static void CheckBarrier(Stage stage)
    {
        IBarrier barrier = Barrier(stage);
        barrier.Reset();
        Assert.Equal((false, 0), (barrier.IsBroken, barrier.WaitingCount));
        int[] ranks = new int[barrier.Parties];
        var threads = new Thread[barrier.Parties];
        for (int i = 0; i < threads.Length; i++)
        {
            int number = i;
            threads[i] = new Thread(() =>
            {
                ranks[number] = barrier.Wait(Waits.Hang);
                Plait.Synchronization.Engine.Agents.EndThread();
            });
            threads[i].Start();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        Assert.Equal(Enumerable.Range(0, barrier.Parties), ranks.Order());
    }
}

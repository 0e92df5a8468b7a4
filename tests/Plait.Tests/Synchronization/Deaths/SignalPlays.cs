using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Synchronization.Deaths;

/// <summary>What may happen at a primitive that lets through: killed while letting through, waiting, giving up.</summary>
internal static class SignalPlays
{
    public static IEnumerable<Play> All { get; } =
    [
        .. OfWaits("event", static scope => scope.CreateEvent(), static stage => new WaitableEvent(stage.Get<IEvent>()), CheckManualEvent, isUsedUp: false),
        .. OfWaits("automatic event", static scope => scope.CreateEvent(mode: EventMode.Auto), static stage => new WaitableEvent(stage.Get<IEvent>()), CheckAutomaticEvent, isUsedUp: true),
        .. OfWaits("permits", static scope => scope.CreateSemaphore(0), static stage => new WaitableSemaphore(stage.Get<ISemaphore>()), CheckPermits, isUsedUp: true),
        .. OfWaits("countdown", static scope => scope.CreateCountdown(1), static stage => new WaitableCountdown(stage.Get<ICountdown>()), CheckCountdown, isUsedUp: false),
        Once(isVictimFirst: true),
        Once(isVictimFirst: false),
    ];

    // The count is of what the victim has let through, or was let through.
    private static IEnumerable<Play> OfWaits(string name, Action<IScope> make, Func<Stage, Waitable> get, Action<Stage, int> check, bool isUsedUp)
    {
        void Let(Stage stage)
        {
            stage.Count = (0, 1);
            get(stage).Let();
            stage.Count = (1, 1);
        }

        void Pass(Stage stage)
        {
            Assert.True(get(stage).Wait(Waits.Hang), $"nobody passes any more: {name}");
            _ = stage.AddTally();
        }

        // As often as it takes for all who wait to get through.
        Action<Stage> revive(int companions) => stage =>
        {
            Waitable waitable = get(stage);
            while (stage.Tally < companions)
            {
                int before = stage.Tally;
                if (stage.Count != (1, 1) || before > 0)
                {
                    LetAnother(waitable);
                }

                Stage.Until(() => stage.Tally > before, $"somebody passes: {name}");
            }
        };

        yield return new Play($"{name}: letting a sleeper pass")
        {
            Make = make,
            Companions = [Pass],
            Prepare = stage => stage.UntilWaiting(get(stage).Synchronizer),
            Act = Let,
            Revive = revive(1),
            Check = stage => check(stage, 1),
        };
        yield return new Play($"{name}: letting an async waiter pass")
        {
            Make = make,
            Companions =
            [
                stage =>
                {
                    Assert.True(get(stage).WaitAsync(Waits.Hang).AsTask().GetAwaiter().GetResult());
                    _ = stage.AddTally();
                },
            ],
            Prepare = stage => stage.UntilWaiting(get(stage).Synchronizer),
            Act = Let,
            Revive = revive(1),
            Check = stage => check(stage, 1),
        };
        yield return new Play($"{name}: letting nobody pass")
        {
            Make = make,
            Act = Let,
            Check = stage => check(stage, 0),
        };
        foreach (bool isAsync in new[] { false, true })
        {
            yield return new Play($"{name}: {(isAsync ? "awaiting" : "waiting")}")
            {
                Make = make,
                Companions =
                [
                    stage =>
                    {
                        stage.UntilWaiting(get(stage).Synchronizer);
                        get(stage).Let();
                    },
                ],
                Act = stage =>
                {
                    stage.Count = (isUsedUp ? -1 : 0, 0);
                    if (isAsync)
                    {
                        WaitAsync(get(stage)).GetAwaiter().GetResult();
                    }
                    else
                    {
                        get(stage).Wait();
                    }

                    stage.Count = isUsedUp ? (-1, -1) : (0, 0);
                },
                Check = stage =>
                {
                    // What the companion let through is there, or the victim has it.
                    stage.Count = (stage.Count.Least + 1, stage.Count.Most + 1);
                    check(stage, 0);
                },
            };
        }

        yield return new Play($"{name}: giving up")
        {
            Make = make,
            Act = stage => Assert.False(get(stage).Wait(TimeSpan.FromMilliseconds(10))),
            Check = stage => check(stage, 0),
        };
    }

    private static async Task WaitAsync(Waitable waitable) => await waitable.WaitAsync();

    private static void LetAnother(Waitable waitable)
    {
        if (waitable is WaitableCountdown && waitable.Wait(TimeSpan.Zero))
        {
            // It is over: nobody can be let through more than all.
            return;
        }

        waitable.Let();
    }

    private static void CheckManualEvent(Stage stage, int passed)
    {
        IEvent signal = stage.Get<IEvent>();
        Assert.True(stage.IsAlone || signal.IsSet || stage.Count.Least < 1, "a set was lost");
        signal.Reset();
        Assert.False(signal.Wait(TimeSpan.Zero));
        signal.Set();
        Assert.True(signal.Wait(Waits.Hang));
        Assert.True(signal.Wait(TimeSpan.Zero));
    }

    // Everybody who passed was let by one set, the victim's or ours; the last may not have been used.
    private static void CheckAutomaticEvent(Stage stage, int passed)
    {
        IEvent signal = stage.Get<IEvent>();
        (int least, int most) = stage.Count;
        int left = signal.IsSet ? 1 : 0;
        Assert.True(stage.IsAlone ? left <= 1 : passed > 0 ? left == 0 || most == 1 : left >= least && left <= most, $"{left} sets are left of {least} to {most}, and {passed} have passed");
        signal.Reset();
        Assert.False(signal.Wait(TimeSpan.Zero));
        signal.Set();
        Assert.True(signal.Wait(Waits.Hang));
        Assert.False(signal.Wait(TimeSpan.Zero));
    }

    private static void CheckPermits(Stage stage, int passed)
    {
        ISemaphore semaphore = stage.Get<ISemaphore>();
        (int least, int most) = stage.Count;

        // Taken, not read: the first to take mends what somebody left half done, and CurrentCount does not.
        int left = 0;
        while (semaphore.Wait(TimeSpan.Zero))
        {
            left++;
        }

        Assert.True(stage.IsAlone ? left <= 1 : passed > 0 ? left <= most : left >= least && left <= most, $"{left} permits are left of {least} to {most}, and {passed} have passed");
        semaphore.Release(2);
        Assert.True(semaphore.Wait(Waits.Hang) && semaphore.Wait(Waits.Hang));
        Assert.Equal(0, semaphore.CurrentCount);
    }

    private static void CheckCountdown(Stage stage, int passed)
    {
        ICountdown countdown = stage.Get<ICountdown>();
        (int least, int most) = stage.Count;
        int signals = 1 - countdown.CurrentCount;
        Assert.True(stage.IsAlone || (signals >= least && signals <= Math.Max(most, passed)), $"{signals} of {least} to {most} signals were counted");
        countdown.Reset(2);
        Assert.False(countdown.Signal());
        Assert.False(countdown.Wait(TimeSpan.Zero));
        Assert.True(countdown.Signal());
        Assert.True(countdown.Wait(Waits.Hang));
    }

    private static Play Once(bool isVictimFirst)
    {
        void Run(Stage stage) => stage.Get<IOnce>().Run(() => stage.AddTally());
        void RunSlowly(Stage stage) => stage.Get<IOnce>().Run(() =>
        {
            _ = stage.AddTally();
            stage.IsReady = true;
            stage.UntilWaiting(stage.Get<IOnce>());
        });

        return new Play(isVictimFirst ? "once: running" : "once: waiting for who runs")
        {
            Make = static scope => scope.CreateOnce(),
            Companions =
            [
                stage =>
                {
                    if (isVictimFirst)
                    {
                        stage.UntilReady();
                        Run(stage);
                    }
                    else
                    {
                        RunSlowly(stage);
                    }
                },
            ],
            Prepare = stage =>
            {
                if (!isVictimFirst)
                {
                    stage.UntilReady();
                }
            },
            Act = stage =>
            {
                if (isVictimFirst)
                {
                    RunSlowly(stage);
                    stage.Count = (1, 1);
                }
                else
                {
                    Run(stage);
                }
            },
            Check = stage =>
            {
                IOnce once = stage.Get<IOnce>();
                _ = once.Run(() => stage.AddTally());
                Assert.True(once.IsDone);
                Assert.False(once.Run(() => stage.AddTally()));

                // Begun by the victim and again by another, if the victim did not bring it to its end.
                Assert.InRange(stage.Tally, 1, stage.IsAlone ? 3 : stage.Count == (1, 1) || !isVictimFirst ? 1 : 2);
            },
        };
    }
}

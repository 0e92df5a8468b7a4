using Plait.Coroutines;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Coroutines;

/// <summary>Kills: wherever a coroutine is, it ends, and what it must finish is finished.</summary>
public sealed class CoroutineKillTests : CoroutineTest
{
    [Fact]
    public void Kill_BeforeItBegins_NeverRunsIt() => Run(static async () =>
    {
        bool hasBegun = false;
        Coroutine coroutine = Coroutine.Spawn(() =>
        {
            hasBegun = true;
            return Task.CompletedTask;
        });
        coroutine.Kill();
        Assert.Equal((CoroutineState.Cancelled, true), (coroutine.State, coroutine.IsKilled));
        Assert.Contains(coroutine.Name, (await Assert.ThrowsAsync<CoroutineKilledException>(async () => await coroutine)).Message, StringComparison.Ordinal);
        await Turns();
        Assert.False(hasBegun);
    });

    [Fact]
    public void Kill_WhileItSleeps_RunsItsFinally() => Run(static async () =>
    {
        var log = new List<string>();
        Coroutine coroutine = Coroutine.Spawn(async () =>
        {
            try
            {
                await Coroutine.Sleep(Long);
            }
            catch (CoroutineKilledException)
            {
                log.Add("catch");
                throw;
            }
            finally
            {
                log.Add("finally");
            }
        });
        await Coroutine.Yield();
        coroutine.Kill();
        coroutine.Kill();
        await Assert.ThrowsAsync<CoroutineKilledException>(async () => await coroutine);
        Assert.Equal(["catch", "finally"], log);
        Assert.Equal((CoroutineState.Cancelled, true), (coroutine.State, coroutine.IsKilled));
        Assert.Equal(0, coroutine.Loop.GetStatistics().Timers);
        coroutine.Kill();
    });

    [Fact]
    public void Kill_OfEach_DoesNotReachOthers() => Run(static async () =>
    {
        Coroutine awaited = Coroutine.Spawn(static () => Turns(20));
        Coroutine one = Coroutine.Spawn(async () => await awaited);
        Coroutine other = Coroutine.Spawn(async () => await awaited);
        await Coroutine.Yield();
        one.Kill();
        await Assert.ThrowsAsync<CoroutineKilledException>(async () => await one);
        Assert.True(awaited.IsAlive && other.IsAlive);
        await other;
        Assert.Equal((CoroutineState.Succeeded, CoroutineState.Succeeded), (other.State, awaited.State));
    });

    [Fact]
    public void Kill_WhileItAwaitsAForeignTask_ComesAtTheNextWait() => Run(static async () =>
    {
        TaskCompletionSource foreign = new();
        bool hasGoneOn = false;
        Coroutine coroutine = Coroutine.Spawn(async () =>
        {
            await foreign.Task;
            hasGoneOn = true;
            await Coroutine.Yield();
        });
        await Coroutine.Yield();
        coroutine.Kill();
        await Turns();
        Assert.True(coroutine.IsAlive);
        foreign.SetResult();
        await Assert.ThrowsAsync<CoroutineKilledException>(async () => await coroutine);
        Assert.True(hasGoneOn);
    });

    [Fact]
    public void Kill_ThatIsSwallowed_IsMetAgainAtEachWait() => Run(static async () =>
    {
        int met = 0;
        Coroutine child = Coroutine.Spawn(Forever);
        Coroutine coroutine = Coroutine.Spawn(async () =>
        {
            Func<Task>[] waits =
            [
                Forever,
                static async () => await Coroutine.Yield(),
                async () => await child,
                static () => Coroutine.Await(new TaskCompletionSource().Task),
                static () => Coroutine.RunBlocking(static () => { }),
                static () => Coroutine.WithTimeout(Short, Forever),
                static () => TaskGroup.Run(static _ => Forever()),
                async () => await Coroutine.JoinAll(child),
            ];
            foreach (Func<Task> wait in waits)
            {
                try
                {
                    await wait();
                }
                catch (CoroutineKilledException)
                {
                    met++;
                }
            }
        });
        await Coroutine.Yield();
        coroutine.Kill();
        await coroutine;
        Assert.Equal((8, CoroutineState.Succeeded, true), (met, coroutine.State, coroutine.IsKilled));
        child.Kill();
    });

    [Fact]
    public void Kill_OfItself_ComesAtTheNextWait() => Run(static async () =>
    {
        bool hasGoneOn = false;
        Coroutine coroutine = Coroutine.Spawn(async () =>
        {
            Coroutine.Current!.Kill();
            hasGoneOn = true;
            await Coroutine.Sleep(Long);
        });
        await Assert.ThrowsAsync<CoroutineKilledException>(async () => await coroutine);
        Assert.True(hasGoneOn);
    });

    [Fact]
    public void Kill_FromAnotherThread_EndsASleep()
    {
        using EventLoop loop = StartLoop();
        for (int i = 0; i < 200; i++)
        {
            Coroutine coroutine = loop.Spawn(Forever);
            coroutine.Kill();
            Assert.True(coroutine.Join(Waits.Hang));
            Assert.Equal(CoroutineState.Cancelled, coroutine.State);
        }
    }

    [Fact]
    public void Kill_FromAnotherThreadBeforeItBegins_NeverRunsIt() => Run(static async () =>
    {
        EventLoop loop = EventLoop.Current!;
        bool hasBegun = false;
        Coroutine coroutine = OnThread(() =>
        {
            // The loop is busy with the step that waits for this thread.
            Coroutine early = loop.Spawn(() =>
            {
                hasBegun = true;
                return Task.CompletedTask;
            });
            early.Kill();
            return early;
        });
        await Assert.ThrowsAsync<CoroutineKilledException>(async () => await coroutine);
        Assert.Equal((false, CoroutineState.Cancelled, true), (hasBegun, coroutine.State, coroutine.IsKilled));
    });

    [Fact]
    public void Kill_OfMain_IsThrownByRun() =>
        Assert.Throws<CoroutineKilledException>(static () => Run(static () =>
        {
            Coroutine.Current!.Kill();
            return Forever();
        }));

    [Fact]
    public void Kill_WhenTheWaitIsOverAlready_LosesNoResult() => Run(static async () =>
    {
        Coroutine<int> child = Coroutine.Spawn(static () => Task.FromResult(3));
        int seen = 0;
        Coroutine waiting = Coroutine.Spawn(async () =>
        {
            seen = await child;
            await Coroutine.Yield();
            seen = 0;
        });
        _ = Coroutine.Spawn(() =>
        {
            // The child has ended by now, and who waits for it has not gone on.
            Assert.False(child.IsAlive);
            waiting.Kill();
            return Task.CompletedTask;
        });
        await Assert.ThrowsAsync<CoroutineKilledException>(async () => await waiting);
        Assert.Equal(3, seen);
    });

    [Fact]
    public void Shield_OfAKilledCoroutine_RunsToItsEnd() => Run(static async () =>
    {
        var log = new List<string>();
        Coroutine coroutine = Coroutine.Spawn(async () =>
        {
            int result = await Coroutine.Shield(async () =>
            {
                await Turns(10);
                await Coroutine.Sleep(Short);
                await Assert.ThrowsAsync<ScopeTimeoutException>(() => Coroutine.WithTimeout(Short, Forever));
                await Coroutine.Spawn(static () => Turns());
                log.Add("shielded");
                return 3;
            });
            log.Add($"{result}");
            await Coroutine.Yield();
            log.Add("never");
        });
        await Coroutine.Yield();
        coroutine.Kill();
        await Assert.ThrowsAsync<CoroutineKilledException>(async () => await coroutine);
        Assert.Equal(["shielded", "3"], log);
    });

    [Fact]
    public void KillAll_OfSome_WaitsUntilAllHaveEnded() => Run(static async () =>
    {
        int cleaned = 0;
        Coroutine[] all = [.. Enumerable.Range(0, 20).Select(i => Coroutine.Spawn(async () =>
        {
            try
            {
                await Forever();
            }
            finally
            {
                await Coroutine.Shield(() => Turns(i));
                cleaned++;
            }
        }))];
        await Coroutine.Yield();
        Coroutine pending = Coroutine.Spawn(Forever);
        await Coroutine.KillAll([.. all, pending, all[0]]);
        Assert.Equal(20, cleaned);
        Assert.All(all, static coroutine => Assert.Equal(CoroutineState.Cancelled, coroutine.State));
        Assert.False(pending.IsAlive);
    });
}

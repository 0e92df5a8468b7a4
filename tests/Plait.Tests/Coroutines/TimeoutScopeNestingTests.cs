using Plait.Coroutines;
using Xunit;

namespace Plait.Tests.Coroutines;

/// <summary>Scopes inside scopes, and scopes beside kills: the outermost speaks, and nothing that has happened is lost.</summary>
public sealed class TimeoutScopeNestingTests : CoroutineTest
{
    [Fact]
    public void Nested_WhenTheInnerExpires_EndsOnlyTheInner() => Run(static async () =>
    {
        using TimeoutScope outer = Coroutine.Timeout(Long);
        using (TimeoutScope inner = Coroutine.Timeout(Short))
        {
            Assert.Same(inner, (await Assert.ThrowsAsync<ScopeTimeoutException>(Forever)).Scope);
            Assert.Equal((true, false), (inner.IsExpired, outer.IsExpired));
        }

        await Turns();
        await Coroutine.Sleep(Short);
    });

    [Fact]
    public void Nested_WhenTheOuterExpires_SpeaksForBoth() => Run(static async () =>
    {
        using TimeoutScope outer = Coroutine.Timeout(Short);
        using (TimeoutScope inner = Coroutine.Timeout(Long))
        {
            Assert.Same(outer, (await Assert.ThrowsAsync<ScopeTimeoutException>(Forever)).Scope);
            Assert.Equal((false, true), (inner.IsExpired, outer.IsExpired));
        }

        Assert.Same(outer, (await Assert.ThrowsAsync<ScopeTimeoutException>(Forever)).Scope);
    });

    [Fact]
    public void Nested_WhenBothExpireAtOnce_NamesTheOuter() => Run(static async () =>
    {
        using TimeoutScope outer = Coroutine.Timeout(TimeSpan.Zero);
        using (TimeoutScope inner = Coroutine.Timeout(TimeSpan.Zero))
        {
            SpinWait.SpinUntil(static () => false, Short);
            Assert.Same(outer, (await Assert.ThrowsAsync<ScopeTimeoutException>(Forever)).Scope);
            Assert.True(inner.IsExpired && outer.IsExpired);
        }
    });

    [Fact]
    public void Nested_WithATimeForEachLevel_EachCatchesItsOwn() => Run(static async () =>
    {
        var caught = new List<int>();
        async Task Level(int depth)
        {
            using TimeoutScope scope = Coroutine.Timeout(TimeSpan.FromMilliseconds(2 * depth));
            try
            {
                if (depth > 1)
                {
                    await Level(depth - 1);
                }

                await Forever();
            }
            catch (ScopeTimeoutException error) when (error.Scope == scope)
            {
                caught.Add(depth);
            }
        }

        await Level(5);
        Assert.True(caught.Count is >= 1 and <= 5 && caught[^1] == 5 && caught.SequenceEqual(caught.Order()), string.Join(",", caught));
        await Turns();
    });

    [Fact]
    public void Nested_WhenTheInnerIsSwallowed_TheOuterStillCounts() => Run(static async () =>
    {
        using TimeoutScope outer = Coroutine.Timeout(TimeSpan.FromMilliseconds(5));
        int swallowed = 0;
        ScopeTimeoutException error = await Assert.ThrowsAsync<ScopeTimeoutException>(async () =>
        {
            while (true)
            {
                using TimeoutScope inner = Coroutine.Timeout(TimeSpan.FromMilliseconds(1));
                try
                {
                    await Forever();
                }
                catch (ScopeTimeoutException expired) when (expired.Scope == inner)
                {
                    swallowed++;
                }
            }
        });
        Assert.Same(outer, error.Scope);
        Assert.True(swallowed >= 0);
    });

    [Fact]
    public void Kill_InsideAScope_IsNotHiddenByIt() => Run(static async () =>
    {
        Coroutine coroutine = Coroutine.Spawn(static () => Coroutine.WithTimeout(TimeSpan.Zero, static async () =>
        {
            try
            {
                await Forever();
            }
            catch (ScopeTimeoutException)
            {
                Coroutine.Current!.Kill();
                await Coroutine.Yield();
            }
        }));
        await Assert.ThrowsAsync<CoroutineKilledException>(async () => await coroutine);
        Assert.Equal(CoroutineState.Cancelled, coroutine.State);

        Coroutine other = Coroutine.Spawn(static () => Coroutine.WithTimeout(Long, Forever));
        await Coroutine.Yield();
        other.Kill();
        await Assert.ThrowsAsync<CoroutineKilledException>(async () => await other);
        Assert.Equal(0, other.Loop.GetStatistics().Timers);
    });

    [Fact]
    public void WithTimeout_WhenTheResultComesAtTheSameMoment_ReturnsIt() => Run(static async () =>
    {
        for (int i = 0; i < 20; i++)
        {
            // The time is over while the function runs on: its result is there.
            int result = await Coroutine.WithTimeout(TimeSpan.Zero, static async () =>
            {
                await Task.Run(static () => SpinWait.SpinUntil(static () => false, TimeSpan.FromMilliseconds(1)));
                return 3;
            });
            Assert.Equal(3, result);
        }
    });

    [Fact]
    public void WithTimeout_WhenTheAwaitedEndsAsTheTimeIsOver_LosesNeither() => Run(static async () =>
    {
        for (int i = 0; i < 100; i++)
        {
            Coroutine<int> child = Coroutine.Spawn(static async () =>
            {
                await Coroutine.Sleep(Short);
                return 3;
            });
            try
            {
                Assert.Equal(3, await Coroutine.WithTimeout(Short, async () => await child));
            }
            catch (ScopeTimeoutException)
            {
                Assert.Equal(3, await child);
            }
        }

        await Coroutine.Yield();
        Assert.Equal(0, EventLoop.Current!.GetStatistics().Timers);
    });

    [Fact]
    public void Timeout_OfACoroutineThatIsAwaited_DoesNotEndThatOne() => Run(static async () =>
    {
        Coroutine<int> child = Coroutine.Spawn(static async () =>
        {
            await Coroutine.Sleep(TimeSpan.FromMilliseconds(6));
            return 3;
        });
        await Assert.ThrowsAsync<ScopeTimeoutException>(() => Coroutine.WithTimeout(TimeSpan.Zero, async () => await child));
        Assert.Equal(3, await child);
    });

    [Fact]
    public void Timeout_AroundASpawn_IsNotInherited() => Run(static async () =>
    {
        Coroutine<int> child;
        using (Coroutine.Timeout(TimeSpan.Zero))
        {
            child = Coroutine.Spawn(static async () =>
            {
                await Coroutine.Sleep(Short);
                return 3;
            });
            await Assert.ThrowsAsync<ScopeTimeoutException>(Forever);
        }

        Assert.Equal(3, await child);
    });

    [Fact]
    public void Shield_InsideAScope_HoldsTheTimeOff() => Run(static async () =>
    {
        using TimeoutScope scope = Coroutine.Timeout(TimeSpan.Zero);
        Assert.Equal(3, await Coroutine.Shield(static async () =>
        {
            await Coroutine.Sleep(Short);
            return 3;
        }));
        await Assert.ThrowsAsync<ScopeTimeoutException>(async () => await Coroutine.Yield());
        Assert.Equal(4, await Coroutine.Shield(static async () =>
        {
            await Coroutine.Sleep(Short);
            return 4;
        }));
    });
}

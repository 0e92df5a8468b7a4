using Plait.Coroutines;
using Xunit;

#pragma warning disable MA0134 // Here, in code that blocks, a switch is over when it returns.

namespace Plait.Tests.Coroutines;

/// <summary>What concerns greenlets that are async functions only.</summary>
public sealed class GreenletAsyncTests : GreenletTest
{
    [Fact]
    public void Switch_ThroughAChainOfAHundredThousand_GrowsNoStack() => OnMain(() =>
    {
        const int Links = 100_000;
        Greenlet next = Greenlet.Current;
        for (int i = 0; i < Links; i++)
        {
            var link = new Greenlet(Link);
            link.Switch(next);
            next = link;
        }

        Assert.Equal(Links, next.Switch(0).Value);

        static async Task Link(object? following)
        {
            int value = (int)(await Greenlet.Current.Parent!.Switch())!;
            await ((Greenlet)following!).Switch(value + 1);
        }
    });

    [Fact]
    public void Return_ThroughParentsAHundredThousandDeep_GrowsNoStack() => OnMain(() =>
    {
        Greenlet last = Greenlet.Current;
        for (int i = 0; i < 100_000; i++)
        {
            last = new Greenlet(static value => Task.FromResult<object?>(value), last);
        }

        Assert.Equal("up", last.Switch("up").Value);
        Assert.Equal("again", last.Switch("again").Value);
    });

    [Fact]
    public void Switch_ManyTimes_AllocatesNothing() => OnMain(() =>
    {
        Greenlet second = null!;
        Greenlet first = new(_ => GiveWay(second));
        second = new Greenlet(_ => GiveWay(first));
        first.Switch();
        Greenlet main = Greenlet.Current;
        long before = GC.GetAllocatedBytesForCurrentThread();
        first.Switch(main);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        first.Dispose();
        second.Dispose();

        // Some thousand switches between the two, then back to who asked.
        static async Task GiveWay(Greenlet other)
        {
            Greenlet main = Greenlet.Current.Parent!;
            for (int i = 1; ; i++)
            {
                await (i % 5_000 == 0 ? main : other).Switch(other);
            }
        }
    });

    [Fact]
    public void Await_OfSomethingElse_EndsItAndSaysTheWayOut() => OnMain(() =>
    {
        var never = new TaskCompletionSource();
        var greenlet = new Greenlet(async _ =>
        {
            await never.Task;
            await Greenlet.Current.Parent!.Switch();
        });
        Assert.Contains("Greenlet.OnThread", Assert.Throws<GreenletException>(() => greenlet.Switch()).Message, StringComparison.Ordinal);
        Assert.False(greenlet.IsAlive);
        never.SetResult();
        Assert.Equal("to the parent", greenlet.Switch("to the parent").Value);
    });

    [Fact]
    public void Await_OfWhatIsOver_GoesOn() => OnMain(() => Assert.Equal(3, End(new Greenlet(static async _ =>
    {
        await Task.CompletedTask;
        return 1 + await new ValueTask<int>(2);
    }))));

    [Fact]
    public void Await_OfAMethodThatSwitches_GoesOnThere() => OnMain(() =>
    {
        var greenlet = new Greenlet(static async _ => await Deep(100));
        Assert.Equal("down", greenlet.Switch().Value);
        Assert.Equal(141, End(greenlet, 41));

        static async Task<int> Deep(int left) => left == 0 ? (int)(await Greenlet.Current.Parent!.Switch("down"))! : 1 + await Deep(left - 1);
    });

    [Fact]
    public void Switch_NotAwaited_IsAnError() => OnMain(() =>
    {
        Greenlet main = Greenlet.Current;
        var forgets = new Greenlet(_ =>
        {
            Forget(main);
            return Task.CompletedTask;
        });
        Assert.Contains("without awaiting", Assert.Throws<GreenletException>(() => forgets.Switch()).Message, StringComparison.Ordinal);

        var goesOn = new Greenlet(async _ =>
        {
            Forget(main);
            await main.Switch();
        });
        Assert.Contains("not awaited", Assert.Throws<GreenletException>(() => goesOn.Switch()).Message, StringComparison.Ordinal);

        var blocks = new Greenlet(_ => Task.FromResult(main.Switch().Value));
        Assert.Contains("Greenlet.OnThread", Assert.Throws<GreenletException>(() => blocks.Switch()).Message, StringComparison.Ordinal);
        Assert.Null(main.Switch().Value);

        static void Forget(Greenlet target) => _ = target.Switch("lost");
    });

    [Fact]
    public void Switch_TwiceAtOnce_IsAnError() => OnMain(() =>
    {
        Greenlet main = Greenlet.Current;
        var greenlet = new Greenlet(async _ =>
        {
            Task first = Once("first");
            Task second = Once("second");
            await Task.WhenAll(first, second);
        });
        Assert.Equal("first", greenlet.Switch().Value);
        Assert.Contains("beside it", Assert.Throws<GreenletException>(() => greenlet.Switch()).Message, StringComparison.Ordinal);

        async Task Once(string value) => await main.Switch(value);
    });

    [Fact]
    public void Dispose_InAnAsyncFunction_AsksForDisposeAsync() => OnMain(() =>
    {
        var inner = new Greenlet(static async _ => await Greenlet.Current.Parent!.Switch());
        var greenlet = new Greenlet(async _ =>
        {
            inner.Parent = Greenlet.Current;
            await inner.Switch();
            Assert.Contains("DisposeAsync", Assert.Throws<GreenletException>(inner.Dispose).Message, StringComparison.Ordinal);
            await inner.DisposeAsync();
        });
        _ = End(greenlet);
        Assert.False(inner.IsAlive);
    });

    [Fact]
    public void Function_ThatReturnsNull_IsAnError() => OnMain(() =>
    {
        Task<object?>? none = null;
        Assert.Contains("null", Assert.Throws<InvalidOperationException>(() => new Greenlet(_ => none!).Switch()).Message, StringComparison.Ordinal);
    });

    [Fact]
    public void Switch_InACoroutine_LeavesItsStepAlone() => Run(async () =>
    {
        Coroutine self = Coroutine.Current!;
        SynchronizationContext? context = SynchronizationContext.Current;
        Coroutine? inside = self;
        var greenlet = new Greenlet(async _ =>
        {
            inside = Coroutine.Current;
            for (int i = 0; i < 3; i++)
            {
                await Greenlet.Current.Parent!.Switch(i);
            }
        });
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(i, await greenlet.Switch());
            Assert.Same(context, SynchronizationContext.Current);
            await Coroutine.Yield();
            Assert.Same(self, Coroutine.Current);
        }

        Assert.Null(inside);
        await greenlet.Switch();
        Assert.False(greenlet.IsAlive);
    });

    [Fact]
    public void Switch_FromTwoCoroutinesOfALoop_SharesTheGreenlet() => Run(async () =>
    {
        await using var counter = new Greenlet(static async _ =>
        {
            for (int i = 1; ; i++)
            {
                await Greenlet.Current.Parent!.Switch(i);
            }
        });
        var seen = new List<int>();
        await Coroutine.JoinAll([.. Enumerable.Range(0, 2).Select(_ => Coroutine.Spawn(async () =>
        {
            for (int i = 0; i < 3; i++)
            {
                seen.Add((int)(await counter.Switch())!);
                await Coroutine.Yield();
            }
        }))]);
        Assert.Equal([1, 2, 3, 4, 5, 6], seen);
    });

    [Fact]
    public void Lost_OfAnAsyncFunction_IsCollected() => OnMain(() =>
    {
        WeakReference lost = Lose();
        GC.Collect();
        Assert.False(lost.IsAlive);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static WeakReference Lose()
        {
            var greenlet = new Greenlet(static async _ => await Greenlet.Current.Parent!.Switch());
            greenlet.Switch();
            return new WeakReference(greenlet);
        }
    });
}

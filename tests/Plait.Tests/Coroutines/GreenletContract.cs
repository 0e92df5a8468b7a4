using Plait.Coroutines;
using Plait.Tests.Execution;
using Xunit;

#pragma warning disable MA0134 // Here, in code that blocks, a switch is over when it returns.

namespace Plait.Tests.Coroutines;

/// <summary>What a greenlet promises, be it an async function or one with a thread of its own.</summary>
public abstract partial class GreenletContract : GreenletTest
{
    private static readonly AsyncLocal<string?> s_local = new();

    protected abstract Greenlet Make(Func<object?, Task<object?>> function, Greenlet? parent = null, string? name = null);

    private Greenlet Make(Func<object?, Task> function, Greenlet? parent = null, string? name = null) => Make(
        async value =>
        {
            await function(value);
            return null;
        },
        parent,
        name);

    private Greenlet Make(Func<Task> function, Greenlet? parent = null) => Make(_ => function(), parent);

    private static GreenletSwitch Back(object? value = null) => Greenlet.Current.Parent!.Switch(value);

    private Greenlet ThatIsDead()
    {
        Greenlet dead = Make(() => Task.CompletedTask);
        _ = End(dead);
        return dead;
    }

    [Fact]
    public void Switch_ThereAndBack_TakesTurns() => OnMain(TakeTurns);

    [Fact]
    public void Switch_OnManyThreads_KeepsThemApart()
    {
        int ended = 0;
        Thread[] threads = [.. Enumerable.Range(0, 10).Select(_ => new Thread(() =>
        {
            TakeTurns();
            Interlocked.Increment(ref ended);
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => Assert.True(thread.Join(Waits.Hang)));
        Assert.Equal(threads.Length, ended);
    }

    private void TakeTurns()
    {
        var order = new List<int>();
        Greenlet greenlet = Make(async () =>
        {
            order.Add(1);
            await Back();
            order.Add(3);
        });
        order.Add(0);
        greenlet.Switch();
        order.Add(2);
        greenlet.Switch();
        order.Add(4);
        Assert.Equal([0, 1, 2, 3, 4], order);
    }

    [Fact]
    public void Switch_ToTwoChildren_GoesOnWhereEachStood() => OnMain(() =>
    {
        int count = 0;
        Func<Task> function = async () =>
        {
            count++;
            await Back();
            count += 2;
        };
        Greenlet first = Make(function);
        Greenlet second = Make(function);
        first.Switch();
        Assert.Equal(1, count);
        second.Switch();
        Assert.Equal(2, count);
        second.Switch();
        Assert.Equal(4, count);
        Assert.Equal((GreenletState.Suspended, GreenletState.Dead), (first.State, second.State));
        first.Switch();
        Assert.Equal(6, count);
        Assert.False(first.IsAlive);
    });

    [Fact]
    public void Switch_InAChildToItsOwnChild_ComesBackThere() => OnMain(() =>
    {
        var order = new List<string>();
        Greenlet outer = Make(async () =>
        {
            order.Add("a");
            await using Greenlet inner = Make(async () =>
            {
                order.Add("b");
                await Back();
                order.Add("never");
            });
            await inner.Switch();
            order.Add("c");
        });
        _ = End(outer);
        Assert.Equal(["a", "b", "c"], order);
    });

    [Fact]
    public void Switch_WithValues_BringsThemBothWays() => OnMain(() =>
    {
        Greenlet greenlet = Make(async first =>
        {
            object? second = await Back($"got {first}");
            object? third = await Back($"got {second}");
            return $"end {third ?? "null"}";
        });
        Assert.Equal("got 1", greenlet.Switch(1).Value);
        Assert.Equal("got 2", greenlet.Switch(2).Value);
        Assert.Equal("end null", End(greenlet));
    });

    [Fact]
    public void Switch_WithATuple_BringsSeveral() => OnMain(() =>
    {
        Greenlet greenlet = Make(async arguments =>
        {
            var (a, b) = ((int, int))arguments!;
            await Back((2, X: a));
            return a * b;
        });
        Assert.Equal((2, 4), greenlet.Switch((4, 2)).Value);
        Assert.Equal(8, End(greenlet));
    });

    [Fact]
    public void Switch_ToTheOneThatRuns_GivesTheValueBack() => OnMain(() =>
    {
        Assert.Equal("main", Greenlet.Current.Switch("main").Value);
        Assert.Equal("inside", End(Make(async _ => await Greenlet.Current.Switch("inside"))));
        Assert.Throws<FormatException>(() => Greenlet.Current.Throw(new FormatException()));
        Assert.Equal("caught", End(Make(async _ =>
        {
            await Assert.ThrowsAsync<FormatException>(async () => await Greenlet.Current.Throw(new FormatException()));
            return "caught";
        })));
    });

    [Fact]
    public void Switch_BetweenSiblings_NeedsNoParent() => OnMain(() =>
    {
        var order = new List<string>();
        Greenlet main = Greenlet.Current;
        Greenlet second = null!;
        Greenlet first = Make(async value =>
        {
            order.Add($"first {value}");
            order.Add($"first {await second.Switch("from first")}");
            await main.Switch("done");
        });
        second = Make(async value =>
        {
            order.Add($"second {value}");
            await first.Switch("from second");
        });
        Assert.Equal("done", first.Switch("go").Value);
        Assert.Equal(["first go", "second from first", "first from second"], order);
        first.Dispose();
        second.Dispose();
    });

    [Fact]
    public void Switch_InAnotherThread_IsRefused() => OnMain(() =>
    {
        using Greenlet greenlet = Make(async () => await Back());
        greenlet.Switch();
        foreach (Action use in (Action[])[() => greenlet.Switch(), () => greenlet.Throw(), greenlet.Dispose, () => greenlet.Parent = Greenlet.Current])
        {
            GreenletException refused = OnThread(() => Assert.Throws<GreenletException>(use));
            Assert.Contains("belongs to thread", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(GreenletState.Suspended, greenlet.State);
    });

    [Fact]
    public void Switch_AfterTheThreadHasEnded_IsRefused()
    {
        Greenlet greenlet = OnThread(() => Make(() => Task.CompletedTask));
        Assert.Contains("belongs to thread", Assert.Throws<GreenletException>(() => greenlet.Switch()).Message, StringComparison.Ordinal);
        Assert.Contains("belongs to thread", Assert.Throws<GreenletException>(() => greenlet.Throw(new FormatException())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Switch_InsideACatch_KeepsItsException() => OnMain(() =>
    {
        Greenlet other = Make(() => throw new FormatException("inner"));
        Greenlet greenlet = Make(async () =>
        {
            try
            {
                throw new InvalidCastException("outer");
            }
            catch (InvalidCastException error)
            {
                other.Parent = Greenlet.Current;
                Assert.Equal("inner", (await Assert.ThrowsAsync<FormatException>(async () => await other.Switch())).Message);
                Assert.Equal("outer", error.Message);
            }
        });
        _ = End(greenlet);
    });

    [Fact]
    public void Switch_ToADeadOne_GoesToItsParents() => OnMain(() =>
    {
        Greenlet dead = ThatIsDead();
        Assert.Null(dead.Switch().Value);
        Assert.Equal(25, dead.Switch(25).Value);

        Greenlet below = Make(() => Task.CompletedTask, dead);
        Assert.Null(End(below));
        Assert.Equal("through both", below.Switch("through both").Value);
    });

    [Fact]
    public void Switch_ToADeadOneWithAnotherParent_BeginsThat() => OnMain(() =>
    {
        var order = new List<int>();
        Greenlet parent = Make(() =>
        {
            order.Add(24);
            return Task.CompletedTask;
        });
        Greenlet child = Make(() =>
        {
            order.Add(42);
            return Task.CompletedTask;
        });
        _ = End(child);
        child.Parent = parent;
        Assert.Null(child.Switch().Value);
        Assert.Equal([42, 24], order);
        Assert.False(parent.IsAlive);
    });

    [Fact]
    public void Return_ToAParentThatHasNotBegun_BeginsIt() => OnMain(() =>
    {
        Greenlet parent = Make(value => Task.FromResult<object?>((value, 24)));
        Assert.Equal(((object?)42, 24), Make(_ => Task.FromResult<object?>(42), parent).Switch().Value);

        Greenlet refusing = Make(value => Task.FromResult<object?>((string)value!));
        Greenlet child = Make(_ => Task.FromResult<object?>(42), refusing);
        Assert.Throws<InvalidCastException>(() => child.Switch());
        Assert.Equal((false, false), (child.IsAlive, refusing.IsAlive));
    });

    [Fact]
    public void Return_ToAParentThatFailsAtOnce_ThrowsInTheNext() => OnMain(() =>
    {
        int began = 0;
        Greenlet parent = Make(() => throw new FormatException());
        Greenlet child = Make(
            () =>
            {
                began++;
                return Task.CompletedTask;
            },
            parent);
        Assert.Throws<FormatException>(() => child.Switch());
        Assert.Equal(1, began);
        Assert.Null(child.Switch().Value);
        Assert.Equal(1, began);
    });

    [Fact]
    public void Locals_InGreenlets_AreEachItsOwn() => OnMain(() =>
    {
        s_local.Value = "outside";
        var seen = new List<string?>();
        Greenlet[] greenlets = [.. Enumerable.Range(1, 4).Select(id => Make(async () =>
        {
            seen.Add(s_local.Value);
            s_local.Value = $"{id}";
            for (int i = 0; i < 2; i++)
            {
                await Back();
                seen.Add(s_local.Value);
            }
        }))];
        for (int round = 0; round < 3; round++)
        {
            Array.ForEach(greenlets, static greenlet => greenlet.Switch());
            Assert.Equal("outside", s_local.Value);
        }

        Assert.Equal(["outside", "outside", "outside", "outside", "1", "2", "3", "4", "1", "2", "3", "4"], seen);
        Assert.All(greenlets, static greenlet => Assert.False(greenlet.IsAlive));
    });

    [Fact]
    public void Locals_SetBetweenMakingAndBeginning_AreThoseOfTheMaking() => OnMain(() =>
    {
        s_local.Value = "made";
        Greenlet greenlet = Make(_ => Task.FromResult<object?>(s_local.Value));
        s_local.Value = "begun";
        Assert.Equal("made", End(greenlet));
    });

    [Fact]
    public void Values_ThatWentThrough_AreNotKept() => OnMain(() =>
    {
        Greenlet greenlet = Make(async value =>
        {
            while (true)
            {
                value = null;
                value = await Back(value);
            }
        });
        WeakReference sent = SendNew(greenlet);
        greenlet.Switch();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.False(sent.IsAlive);
        greenlet.Dispose();

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static WeakReference SendNew(Greenlet to)
        {
            var value = new object();
            to.Switch();
            to.Switch(value);
            return new WeakReference(value);
        }
    });

    [Fact]
    public void ToString_OfEachState_SaysNameAndState() => OnMain(() =>
    {
        string? inside = null;
        Greenlet main = Greenlet.Current;
        Greenlet greenlet = Make(
            async _ =>
            {
                inside = $"{main}, {Greenlet.Current}";
                await Back();
            },
            name: "mine");
        Assert.Equal("Greenlet 'main' (running)", main.ToString());
        Assert.Equal("Greenlet 'mine' (pending)", greenlet.ToString());
        greenlet.Switch();
        Assert.Equal("Greenlet 'mine' (suspended)", greenlet.ToString());
        Assert.Equal("Greenlet 'main' (suspended), Greenlet 'mine' (running)", inside);
        _ = End(greenlet);
        Assert.Equal("Greenlet 'mine' (dead)", greenlet.ToString());
        Assert.Equal("Greenlet 'main' (running)", OnThread(() => main.ToString()));
        Assert.Equal($"greenlet-{Make(() => Task.CompletedTask).Id}", $"greenlet-{greenlet.Id + 1}");
    });

    [Fact]
    public void Make_OfNothing_IsRefused()
    {
        Assert.Throws<ArgumentNullException>(static () => new Greenlet((Func<object?, Task<object?>>)null!));
        Assert.Throws<ArgumentNullException>(static () => new Greenlet((Func<object?, Task>)null!));
        Assert.Throws<ArgumentNullException>(static () => Greenlet.OnThread((Func<object?, object?>)null!));
        Assert.Throws<ArgumentNullException>(static () => Greenlet.OnThread((Action<object?>)null!));
    }
}

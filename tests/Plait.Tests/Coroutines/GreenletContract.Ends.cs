using Plait.Coroutines;
using Xunit;

#pragma warning disable MA0134 // Here, in code that blocks, a switch is over when it returns.

namespace Plait.Tests.Coroutines;

/// <content>Errors, parents and ends.</content>
public abstract partial class GreenletContract
{
    [Fact]
    public void Error_ThatNobodyCatches_GoesToTheParent() => OnMain(() =>
    {
        var seen = new List<Exception>();
        Greenlet first = Make(() => Watch(seen));
        Greenlet second = Make(() => Watch(seen));
        first.Switch();
        second.Switch();
        second.Parent = first;
        Assert.Empty(seen);

        // Out of the second into the first, which sees it and lets it pass to us.
        FormatException error = Assert.Throws<FormatException>(() => second.Switch());
        Assert.Same(error, Assert.Single(seen));
        Assert.Equal((false, false), (first.IsAlive, second.IsAlive));
        Assert.Null(second.Switch().Value);
        Assert.Equal(25, second.Switch(25).Value);
        Assert.Single(seen);
    });

    [Fact]
    public void Error_OfAChildOfAnother_IsThrownThere() => OnMain(() =>
    {
        var seen = new List<Exception>();
        Greenlet greenlet = Make(() => Watch(seen));
        greenlet.Switch();
        Greenlet crasher = Make(error => throw (Exception)error!, greenlet);
        var sent = new KeyNotFoundException();
        Assert.Same(sent, Assert.Throws<KeyNotFoundException>(() => crasher.Switch(sent)));
        Assert.Same(sent, Assert.Single(seen));
    });

    private static async Task Watch(List<Exception> seen)
    {
        try
        {
            await Back();
        }
        catch (Exception error)
        {
            seen.Add(error);
            throw;
        }

        throw new FormatException();
    }

    [Fact]
    public void Error_OfAFunctionThatWasCancelled_IsTheCancellation() => OnMain(() =>
    {
        var own = new OperationCanceledException("mine");
        Assert.Same(own, Assert.Throws<OperationCanceledException>(() => Make(() => throw own).Switch()));
        Assert.Throws<TaskCanceledException>(() => Make(() => Task.FromCanceled(new CancellationToken(canceled: true))).Switch());
    });

    [Fact]
    public void Throw_IntoASwitch_IsCaughtThere() => OnMain(() =>
    {
        Greenlet greenlet = Make(async () =>
        {
            FormatException error = await Assert.ThrowsAsync<FormatException>(async () => await Back("ok"));
            await Back(error.Message);
        });
        Assert.Equal("ok", greenlet.Switch().Value);
        Assert.Equal("ciao", greenlet.Throw(new FormatException("ciao")).Value);
        Assert.Null(End(greenlet));
    });

    [Fact]
    public void Throw_OfNothing_EndsItAndIsReturned() => OnMain(() =>
    {
        bool isClean = false;
        Greenlet greenlet = Make(async () =>
        {
            try
            {
                await Back("ok");
                await Back("fail");
            }
            finally
            {
                isClean = true;
            }
        });
        Assert.Equal("ok", greenlet.Switch().Value);
        Assert.IsType<GreenletExitException>(greenlet.Throw().Value);
        Assert.True(isClean);
        Assert.False(greenlet.IsAlive);
        Assert.IsType<GreenletExitException>(greenlet.Throw().Value);
        Assert.Equal("last words", Assert.IsType<GreenletExitException>(greenlet.Throw(new GreenletExitException("last words")).Value).Message);
    });

    [Fact]
    public void Throw_IntoOneThatHasNotBegun_EndsItWithoutRunning() => OnMain(() =>
    {
        bool hasRun = false;
        Func<Task> function = () =>
        {
            hasRun = true;
            return Task.CompletedTask;
        };
        Greenlet greenlet = Make(function);
        Assert.Throws<FormatException>(() => greenlet.Throw(new FormatException()));
        Assert.False(greenlet.IsAlive);
        Assert.IsType<GreenletExitException>(Make(function).Throw().Value);
        Assert.False(hasRun);
    });

    [Fact]
    public void Throw_IntoADeadOne_IsThrownInItsParent() => OnMain(() =>
    {
        Greenlet dead = ThatIsDead();
        Assert.Throws<FormatException>(() => dead.Throw(new FormatException()));
        Assert.IsType<GreenletExitException>(dead.Throw().Value);
    });

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Throw_IntoAChildOfAnother_GoesToItsOwnParent(bool parentBegins, bool childBegins) => OnMain(() =>
    {
        Greenlet main = Greenlet.Current;
        Greenlet parent = Make(async _ =>
        {
            try
            {
                await main.Switch("ready to catch");
            }
            catch (IndexOutOfRangeException)
            {
                return "caught";
            }

            return "normal exit";
        });
        Greenlet child = Make(async () => await main.Switch("from the child"), parent);
        if (parentBegins)
        {
            Assert.Equal("ready to catch", parent.Switch().Value);
        }

        if (childBegins)
        {
            Assert.Equal("from the child", child.Switch().Value);
        }

        if (parentBegins)
        {
            Assert.Equal("caught", child.Throw(new IndexOutOfRangeException()).Value);
        }
        else
        {
            Assert.Throws<IndexOutOfRangeException>(() => child.Throw(new IndexOutOfRangeException()));
        }

        Assert.Equal((false, false), (parent.IsAlive, child.IsAlive));
    });

    [Fact]
    public void Throw_AlongAChainOfParents_FindsTheFirstThatCatches() => OnMain(() =>
    {
        Greenlet main = Greenlet.Current;
        Greenlet catching = Make(async _ =>
        {
            FormatException error = await Assert.ThrowsAsync<FormatException>(async () => await main.Switch());
            return error.Message;
        });
        catching.Switch();
        Greenlet last = catching;
        for (int i = 0; i < 50; i++)
        {
            last = Make(async () => await main.Switch(), last);
            last.Switch();
        }

        Assert.Equal("all the way", last.Throw(new FormatException("all the way")).Value);
        for (Greenlet? dead = last; dead is { IsMain: false }; dead = dead.Parent)
        {
            Assert.False(dead.IsAlive);
        }
    });

    [Fact]
    public void Dispose_WhileItIsSuspended_RunsItsFinallyAndComesBack() => OnMain(() =>
    {
        Greenlet? parentInside = null;
        Greenlet other = Make(() => throw new InvalidOperationException("not here"));
        Greenlet greenlet = Make(
            async () =>
            {
                try
                {
                    await Greenlet.Current.Parent!.Parent!.Switch();
                }
                finally
                {
                    parentInside = Greenlet.Current.Parent;
                }
            },
            other);
        greenlet.Switch();
        greenlet.Dispose();
        Assert.False(greenlet.IsAlive);
        Assert.True(parentInside!.IsMain);
        Assert.Same(other, greenlet.Parent);
        Assert.Equal(GreenletState.Pending, other.State);
        greenlet.Dispose();
    });

    [Fact]
    public void Dispose_OfOneThatThrowsThen_ThrowsThat() => OnMain(() =>
    {
        Greenlet greenlet = Make(async () =>
        {
            try
            {
                await Back();
            }
            catch (GreenletExitException exit)
            {
                throw new FormatException("instead", exit);
            }
        });
        greenlet.Switch();
        Assert.Equal("instead", Assert.Throws<FormatException>(greenlet.Dispose).Message);
        Assert.False(greenlet.IsAlive);
    });

    [Fact]
    public void Dispose_OfOneThatSwitchesInstead_IsRefused() => OnMain(() =>
    {
        Greenlet main = Greenlet.Current;
        Greenlet hub = Make(async value => await main.Switch(value));
        Greenlet greenlet = Make(
            async () =>
            {
                try
                {
                    await main.Switch();
                }
                catch (GreenletExitException)
                {
                    await hub.Switch(Greenlet.Current.Parent);
                }
            },
            hub);
        greenlet.Switch();
        Assert.Contains("has switched instead", Assert.Throws<GreenletException>(greenlet.Dispose).Message, StringComparison.Ordinal);
        Assert.True(greenlet.IsAlive);
        Assert.Same(hub, greenlet.Parent);
        hub.Dispose();
        greenlet.Dispose();
        Assert.False(greenlet.IsAlive);
    });

    [Fact]
    public void Dispose_OfOneThatHasNotBegun_NeverRunsIt() => OnMain(() =>
    {
        bool hasRun = false;
        Greenlet greenlet = Make(() =>
        {
            hasRun = true;
            return Task.CompletedTask;
        });
        greenlet.Dispose();
        Assert.False(greenlet.IsAlive);
        Assert.Equal("past it", greenlet.Switch("past it").Value);
        Assert.False(hasRun);
    });

    [Fact]
    public void Dispose_OfTheOneThatRuns_IsRefused() => OnMain(() =>
    {
        Assert.Throws<GreenletException>(Greenlet.Current.Dispose);
        _ = End(Make(() =>
        {
            Assert.Throws<GreenletException>(Greenlet.Current.Dispose);
            return Task.CompletedTask;
        }));
    });

    [Fact]
    public void DisposeAsync_InAnotherGreenlet_RunsItsFinallyAndComesBack() => OnMain(() =>
    {
        var order = new List<string>();
        _ = End(Make(async () =>
        {
            await using (Greenlet inner = Make(async () =>
            {
                try
                {
                    await Back();
                }
                finally
                {
                    order.Add("finally");
                }
            }))
            {
                await inner.Switch();
                order.Add("suspended");
            }

            order.Add("over");
        }));
        Assert.Equal(["suspended", "finally", "over"], order);
    });

    [Fact]
    public void Parent_WhenNoneIsGiven_IsTheOneThatRuns() => OnMain(() =>
    {
        Greenlet main = Greenlet.Current;
        Assert.Null(main.Parent);
        Assert.True(main.IsMain);
        Assert.Same(main, Make(() => Task.CompletedTask).Parent);
        Greenlet? inner = null;
        Greenlet outer = Make(() =>
        {
            inner = Make(() => Task.CompletedTask);
            return Task.CompletedTask;
        });
        outer.Switch();
        Assert.Same(outer, inner!.Parent);
        Assert.Same(main, Greenlet.Current);
    });

    [Fact]
    public void Parent_SetToWhatCannotBe_IsRefused() => OnMain(() =>
    {
        Greenlet[] chain = [.. Enumerable.Range(0, 3).Select(_ => Make(async () => await Greenlet.Current.Parent!.Switch()))];
        Assert.Throws<ArgumentNullException>(() => chain[0].Parent = null);
        Assert.Contains("lead back", Assert.Throws<ArgumentException>(() => chain[0].Parent = chain[0]).Message, StringComparison.Ordinal);
        chain[0].Parent = chain[1];
        chain[1].Parent = chain[2];
        Assert.Contains("lead back", Assert.Throws<ArgumentException>(() => chain[2].Parent = chain[0]).Message, StringComparison.Ordinal);
        Assert.Contains("main greenlet", Assert.Throws<InvalidOperationException>(() => Greenlet.Current.Parent = Greenlet.Current).Message, StringComparison.Ordinal);
        Assert.Contains("main greenlet", Assert.Throws<InvalidOperationException>(() => Greenlet.Current.Parent = chain[0]).Message, StringComparison.Ordinal);
        Assert.Same(chain[2], chain[1].Parent);
    });

    [Fact]
    public void Parent_OfAnotherThread_IsRefused() => OnMain(() =>
    {
        Greenlet other = OnThread(() => Make(() => Task.CompletedTask));
        Greenlet greenlet = Make(async () => await Back());
        Assert.Contains("another one", Assert.Throws<ArgumentException>(() => greenlet.Parent = other).Message, StringComparison.Ordinal);
        greenlet.Switch();
        Assert.Throws<ArgumentException>(() => greenlet.Parent = other);
        Assert.Throws<ArgumentException>(() => Make(() => Task.CompletedTask, other));
        greenlet.Dispose();
    });

    [Fact]
    public void Parent_ChangedWhileItIsSuspended_IsWhereItReturnsTo() => OnMain(() =>
    {
        Greenlet main = Greenlet.Current;
        Greenlet parent = Make(async _ => $"parent got {await main.Switch()}");
        Greenlet child = Make(async _ =>
        {
            await main.Switch();
            return "result";
        });
        parent.Switch();
        child.Switch();
        child.Parent = parent;
        Assert.Equal("parent got result", End(child));
        Assert.False(parent.IsAlive);
    });
}

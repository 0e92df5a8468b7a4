using System.Runtime.CompilerServices;
using Plait.Coroutines;
using Plait.Tests.Execution;
using Xunit;

#pragma warning disable MA0134 // Here, in code that blocks, a switch is over when it returns.

namespace Plait.Tests.Coroutines;

/// <summary>What concerns greenlets that have a thread of their own only.</summary>
public sealed class GreenletThreadTests : GreenletTest
{
    [Fact]
    public void Switch_InCodeThatCannotAwait_Blocks() => OnMain(() =>
    {
        using Greenlet tree = Greenlet.OnThread(root => Walk((int)root!));
        var seen = new List<int>();
        for (object? node = tree.Switch(4).Value; node is int number; node = tree.Switch().Value)
        {
            seen.Add(number);
        }

        Assert.Equal([1, 2, 1, 3, 1, 2, 1, 4, 1, 2, 1, 3, 1, 2, 1], seen);
        Assert.False(tree.IsAlive);

        static void Walk(int depth)
        {
            if (depth > 0)
            {
                Walk(depth - 1);
                Greenlet.Current.Parent!.Switch(depth);
                Walk(depth - 1);
            }
        }
    });

    [Fact]
    public void Switch_BetweenBothKinds_RunsOneAtATime() => OnMain(() =>
    {
        int running = 0;
        int most = 0;
        int turns = 0;
        int home = Environment.CurrentManagedThreadId;
        var all = new List<Greenlet>();
        for (int i = 0; i < 6; i++)
        {
            int me = i;
            all.Add(me % 2 == 0
                ? new Greenlet(async _ =>
                {
                    while (true)
                    {
                        Turn();
                        Assert.Equal(home, Environment.CurrentManagedThreadId);
                        await Next(me).Switch();
                    }
                })
                : Greenlet.OnThread(_ =>
                {
                    int own = Environment.CurrentManagedThreadId;
                    Assert.NotEqual(home, own);
                    while (true)
                    {
                        Turn();
                        Assert.Equal(own, Environment.CurrentManagedThreadId);
                        Next(me).Switch();
                    }
                }));
        }

        for (int i = 0; i < 500; i++)
        {
            all[(i * 5) % 6].Switch();
        }

        Assert.Equal(1, most);
        Assert.Equal(0, running);
        Assert.True(turns > 500);
        all.ForEach(static greenlet => greenlet.Dispose());

        void Turn()
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            turns++;
            Interlocked.Decrement(ref running);
        }

        // Round, and every seventh turn back to the test.
        Greenlet Next(int me) => turns % 7 == 0 ? all[me].Parent! : all[(me + 1) % 6];
    });

    [Fact]
    public void Switch_ManyTimes_LosesNoTurn() => OnMain(() =>
    {
        Greenlet main = Greenlet.Current;
        using Greenlet adder = Greenlet.OnThread(value =>
        {
            while (true)
            {
                value = main.Switch((int)value! + 1).Value;
            }
        });
        int sum = 0;
        for (int i = 0; i < 20_000; i++)
        {
            sum = (int)adder.Switch(sum).Value!;
        }

        Assert.Equal(20_000, sum);
    });

    [Fact]
    public void Thread_OfAGreenlet_IsADaemonWithItsNameAndEndsWithIt() => OnMain(() =>
    {
        Thread? thread = null;
        Greenlet greenlet = Greenlet.OnThread(
            _ =>
            {
                thread = Thread.CurrentThread;
                Greenlet.Current.Parent!.Switch();
            },
            name: "mine");
        Assert.True(greenlet.IsOnThread);
        Assert.False(Greenlet.Current.IsOnThread);
        greenlet.Switch();
        Assert.Equal((true, "mine", true), (thread!.IsBackground, thread.Name, thread.IsAlive));
        greenlet.Dispose();
        Assert.False(thread.IsAlive);
    });

    [Fact]
    public void Dispose_OfMany_LeavesNoThread() => OnMain(() =>
    {
        var threads = new List<Thread>();
        Greenlet[] all = [.. Enumerable.Range(0, 50).Select(_ => Greenlet.OnThread(_ =>
        {
            threads.Add(Thread.CurrentThread);
            Greenlet.Current.Parent!.Switch();
        }))];
        Array.ForEach(all, static greenlet => greenlet.Switch());
        Assert.Equal(50, threads.Distinct().Count());
        Array.ForEach(all, static greenlet => greenlet.Dispose());
        Assert.All(threads, static thread => Assert.False(thread.IsAlive));
    });

    [Fact]
    public void Throw_InAnAsyncFunction_EndsOneWithAThread() => OnMain(() =>
    {
        bool isClean = false;
        Greenlet blocking = Greenlet.OnThread(_ =>
        {
            try
            {
                Greenlet.Current.Parent!.Switch();
            }
            finally
            {
                isClean = true;
            }
        });
        _ = End(new Greenlet(async _ =>
        {
            blocking.Parent = Greenlet.Current;
            await blocking.Switch();
            await blocking.DisposeAsync();
        }));
        Assert.True(isClean);
        Assert.False(blocking.IsAlive);
    });

    [Fact]
    public void Lost_WhileItIsSuspended_IsToldAndEndedAtTheNextSwitch() => OnMain(() =>
    {
        var told = new List<GreenletLeakedEventArgs>();
        EventHandler<GreenletLeakedEventArgs> handler = (_, leaked) =>
        {
            lock (told)
            {
                told.Add(leaked);
            }
        };
        Greenlet.Leaked += handler;
        try
        {
            var ended = new List<string>();
            Thread[] threads = [Lose(ended, "quiet", static () => { }), Lose(ended, "loud", static () => throw new FormatException("end"))];
            Collect(() => told.Count >= 2);
            Assert.Empty(ended);

            // Each ends here, and comes back.
            Assert.Null(Greenlet.Current.Switch().Value);
            Assert.Equal(["loud", "quiet"], ended.Order());
            Assert.All(threads, static thread => Assert.True(thread.Join(Waits.Hang)));
            Assert.Equal(["loud", "loud", "quiet"], told.Select(static leaked => leaked.Name).Order());
            Assert.Equal("end", Assert.Single(told, static leaked => leaked.Error is not null).Error!.Message);
        }
        finally
        {
            Greenlet.Leaked -= handler;
        }
    });

    [Fact]
    public void End_OfTheThreadThatMadeThem_EndsThem()
    {
        var told = new List<string>();
        EventHandler<GreenletLeakedEventArgs> handler = (_, leaked) => told.Add(leaked.Name);
        Greenlet.Leaked += handler;
        try
        {
            var ended = new List<string>();
            Greenlet[] kept = OnThread(() => (Greenlet[])[.. Enumerable.Range(0, 3).Select(id => Greenlet.OnThread(_ =>
            {
                Greenlet main = Greenlet.Current.Parent!;
                try
                {
                    main.Switch();
                }
                finally
                {
                    ended.Add($"{id} {Assert.Throws<GreenletException>(() => main.Switch()).Message.Contains("has ended", StringComparison.Ordinal)}");
                }
            })).Select(static greenlet =>
            {
                greenlet.Switch();
                return greenlet;
            })]);
            Collect(() => Volatile.Read(ref ended).Count == 3);
            Assert.Equal(["0 True", "1 True", "2 True"], ended);
            Assert.All(kept, static greenlet => Assert.Equal(GreenletState.Dead, greenlet.State));
            Assert.StartsWith("3 of thread", Assert.Single(told), StringComparison.Ordinal);
            Array.ForEach(kept, static greenlet => greenlet.Dispose());
            Assert.Contains("has ended", Assert.Throws<GreenletException>(() => kept[0].Switch()).Message, StringComparison.Ordinal);
        }
        finally
        {
            Greenlet.Leaked -= handler;
        }
    }

    [Fact]
    public void Main_OfAThreadThatHasEnded_IsDeadAndCollected()
    {
        WeakReference main = OnThread(static () => new WeakReference(Greenlet.Current));
        Collect(() => !main.IsAlive || ((Greenlet)main.Target!).State == GreenletState.Dead);
        Collect(() => !main.IsAlive);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Thread Lose(List<string> ended, string name, Action last)
    {
        Thread? thread = null;
        Greenlet main = Greenlet.Current;
        Greenlet.OnThread(
            _ =>
            {
                thread = Thread.CurrentThread;
                try
                {
                    main.Switch();
                }
                finally
                {
                    ended.Add(name);
                    last();
                }
            },
            name: name).Switch();
        return thread!;
    }

    // When objects are collected is the runtime's business.
    private static void Collect(Func<bool> isOver)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!isOver())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Waits.Hang, "Not collected in time.");
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Thread.Yield();
        }
    }
}

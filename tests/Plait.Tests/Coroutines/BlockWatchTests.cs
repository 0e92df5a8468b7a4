using System.Collections.Concurrent;
using Plait.Coroutines;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Coroutines;

/// <summary>Steps that take too long are told, with where they are.</summary>
public sealed class BlockWatchTests : CoroutineTest
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMilliseconds(20);

    [Fact]
    public void StepBlocked_OfAStepOverTheLimit_IsToldWhileItRunsAndWhenItIsOver()
    {
        using var told = new ManualResetEventSlim();
        using var toldOver = new ManualResetEventSlim();
        var all = new ConcurrentQueue<StepBlockedEventArgs>();
        using EventLoop loop = EventLoop.Start(new EventLoopOptions { BlockedAfter = s_limit });
        loop.StepBlocked += (sender, blocked) =>
        {
            Assert.Same(loop, sender);
            all.Enqueue(blocked);
            (blocked.IsOver ? toldOver : told).Set();
        };

        Coroutine blocking = loop.Spawn(() => BlockAfterAnAwait(told), new CoroutineOptions { Name = "greedy" });
        Assert.True(blocking.Join(Waits.Hang));
        InTime(toldOver);

        StepBlockedEventArgs first = all.First(static blocked => !blocked.IsOver);
        StepBlockedEventArgs second = all.First(static blocked => blocked.IsOver);
        Assert.Equal(("greedy", "greedy"), (first.Coroutine, second.Coroutine));
        Assert.True(first.Duration >= s_limit && second.Duration >= first.Duration, $"{first.Duration} {second.Duration}");
        Assert.Contains($"{typeof(BlockWatchTests).FullName}.{nameof(BlockAfterAnAwait)}", first.Stack, StringComparison.Ordinal);
        Assert.True(loop.GetStatistics().BlockedSteps >= 1);
    }

    [Fact]
    public void StepBlocked_BehindAWaitThatWasCutShort_KnowsWhereItIs()
    {
        using var told = new ManualResetEventSlim();
        string stack = string.Empty;
        using EventLoop loop = EventLoop.Start(new EventLoopOptions { BlockedAfter = s_limit });
        loop.StepBlocked += (_, blocked) =>
        {
            if (blocked.Coroutine == "cut short")
            {
                stack = blocked.Stack;
                told.Set();
            }
        };
        Coroutine blocking = loop.Spawn(() => BlockAfterAWaitThatWasCutShort(told), new CoroutineOptions { Name = "cut short" });
        Assert.True(loop.Spawn(static () => Turns()).Join(Waits.Hang));
        blocking.Kill();
        Assert.True(blocking.Join(Waits.Hang));
        Assert.Contains(nameof(BlockAfterAWaitThatWasCutShort), stack, StringComparison.Ordinal);
    }

    [Fact]
    public void Dispose_InAHandler_EndsTheLoop()
    {
        using var isOver = new ManualResetEventSlim();
        using var isDisposed = new ManualResetEventSlim();
        EventLoop loop = EventLoop.Start(new EventLoopOptions { BlockedAfter = s_limit });
        int told = 0;
        loop.StepBlocked += (_, blocked) =>
        {
            if (Interlocked.Increment(ref told) == 1)
            {
                isOver.Set();
                loop.Dispose();
                isDisposed.Set();
            }
        };
        _ = loop.Spawn(() =>
        {
            InTime(isOver);
            return Task.CompletedTask;
        });
        InTime(isDisposed);
        Assert.Throws<EventLoopClosedException>(() => loop.Spawn(static () => Task.CompletedTask));
    }

    [Fact]
    public void StepBlocked_OfALoopThatSleeps_IsNotTold()
    {
        int told = 0;
        using EventLoop loop = EventLoop.Start(new EventLoopOptions { BlockedAfter = Waits.Hang });
        using EventLoop other = EventLoop.Start(new EventLoopOptions { BlockedAfter = s_limit });
        using var seen = new ManualResetEventSlim();
        loop.StepBlocked += (_, _) => Interlocked.Increment(ref told);
        Coroutine sleeping = loop.Spawn(Forever, new CoroutineOptions { Name = "asleep" });

        // The watch looks at both when it finds the other one blocked.
        var names = new ConcurrentBag<string>();
        other.StepBlocked += (_, blocked) =>
        {
            names.Add(blocked.Coroutine);
            seen.Set();
        };
        Coroutine idle = other.Spawn(Forever, new CoroutineOptions { Name = "idle" });
        Assert.True(other.Spawn(static () => Coroutine.Sleep(s_limit * 3).AsTask()).Join(Waits.Hang));
        Assert.True(other.Spawn(
            () =>
            {
                InTime(seen);
                return Task.CompletedTask;
            },
            new CoroutineOptions { Name = "blocking" }).Join(Waits.Hang));

        Assert.Equal(0, told);
        Assert.DoesNotContain("idle", names);
        Assert.Contains("blocking", names);
        Assert.True(sleeping.IsAlive && idle.IsAlive);
    }

    [Fact]
    public void StepBlocked_WithAHandlerThatThrows_IsToldAndTheWatchGoesOn()
    {
        using EventLoop loop = EventLoop.Start(new EventLoopOptions { BlockedAfter = s_limit });
        using var each = new SemaphoreSlim(0);
        loop.UnhandledException += (_, failed) =>
        {
            if (failed.Exception is InvalidTimeZoneException)
            {
                each.Release();
            }
        };
        loop.StepBlocked += static (_, _) => throw new InvalidTimeZoneException();
        for (int i = 0; i < 2; i++)
        {
            Assert.True(loop.Spawn(() =>
            {
                Assert.True(each.Wait(Waits.Hang));
                return Task.CompletedTask;
            }).Join(Waits.Hang));
        }
    }

    [Fact]
    public void BlockedAfter_Infinite_WatchesNothing()
    {
        using EventLoop loop = StartLoop();
        Assert.True(loop.Spawn(static () => Turns()).Join(Waits.Hang));
        Assert.DoesNotContain(
            Directory.GetDirectories("/proc/self/task"),
            static thread => File.Exists(Path.Combine(thread, "comm")) && File.ReadAllText(Path.Combine(thread, "comm")).StartsWith("plait-loop-watc", StringComparison.Ordinal));
    }

    [Fact]
    public void BlockedAfter_OfAYear_WatchesWithoutHarm()
    {
        using EventLoop loop = EventLoop.Start(new EventLoopOptions { BlockedAfter = TimeSpan.FromDays(365) });
        using EventLoop other = EventLoop.Start(new EventLoopOptions { BlockedAfter = TimeSpan.FromDays(365) });
        Assert.True(loop.Spawn(static () => Turns()).Join(Waits.Hang));
        Assert.True(other.Spawn(static () => Turns()).Join(Waits.Hang));
    }

    private static async Task BlockAfterAnAwait(ManualResetEventSlim told)
    {
        await Coroutine.Yield();
        InTime(told);
    }

    private static async Task BlockAfterAWaitThatWasCutShort(ManualResetEventSlim told)
    {
        Coroutine child = Coroutine.Spawn(Forever);
        try
        {
            await child;
        }
        catch (CoroutineKilledException)
        {
            InTime(told);
        }
    }
}

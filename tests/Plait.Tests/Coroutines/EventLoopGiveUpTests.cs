using Plait.Coroutines;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Coroutines;

/// <summary>Coroutines that do not end when they are told to, and what a loop leaves behind: nothing.</summary>
public sealed class EventLoopGiveUpTests : CoroutineTest
{
    private static readonly EventLoopOptions s_impatient = new() { ShutdownTimeout = TimeSpan.FromMilliseconds(20), BlockedAfter = Timeout.InfiniteTimeSpan };

    [Fact]
    public async Task Run_WithOneThatWaitsForAForeignTask_GivesItUpAndNamesIt()
    {
        TaskCompletionSource never = NewSource();
        bool hasGoneOn = false;
        Coroutine refusing = null!;
        TimeoutException error = Assert.Throws<TimeoutException>(() => Run(
            async () =>
            {
                refusing = Coroutine.Spawn(
                    async () =>
                    {
                        await never.Task;
                        hasGoneOn = true;
                    },
                    new CoroutineOptions { Name = "deaf" });
                await Coroutine.Yield();
            },
            s_impatient));

        Assert.Contains("deaf", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => refusing.Task.InTime());

        // What it waited for ends after all: nobody is there to hear of it.
        never.SetResult();
        await Task.Run(static () => { }, TestContext.Current.CancellationToken);
        Assert.False(hasGoneOn);
        Assert.Equal(CoroutineState.Cancelled, refusing.State);
    }

    [Fact]
    public void Run_WithOneThatSwallowsItsKill_GivesItUp()
    {
        int swallowed = 0;
        Assert.Throws<TimeoutException>(() => Run(
            async () =>
            {
                _ = Coroutine.Spawn(async () =>
                {
                    while (true)
                    {
                        try
                        {
                            await Coroutine.Sleep(Long);
                        }
                        catch (CoroutineKilledException)
                        {
                            swallowed++;
                            await Task.Yield();
                        }
                    }
                });
                await Coroutine.Yield();
            },
            s_impatient));
        Assert.True(swallowed > 1, $"{swallowed}");
    }

    [Fact]
    public void Dispose_WithOneThatDoesNotEnd_ReturnsAfterTheTime()
    {
        TaskCompletionSource never = NewSource();
        using var begun = new ManualResetEventSlim();
        EventLoop loop = EventLoop.Start(s_impatient);
        Coroutine deaf = loop.Spawn(async () =>
        {
            begun.Set();
            await never.Task;
        });
        InTime(begun);
        Assert.True(OnThread(() =>
        {
            loop.Dispose();
            return true;
        }));
        Assert.Equal(CoroutineState.Cancelled, deaf.State);
        never.SetResult();
    }

    [Fact]
    public void Run_WithoutALimitForTheEnd_WaitsForThoseThatWereKilled() => Run(
        static () =>
        {
            _ = Coroutine.Spawn(static () => Coroutine.Shield(static () => Coroutine.Sleep(TimeSpan.FromMilliseconds(5)).AsTask()));
            return Turns();
        },
        new EventLoopOptions { ShutdownTimeout = Timeout.InfiniteTimeSpan, BlockedAfter = Timeout.InfiniteTimeSpan });

    [Fact]
    public void TaskGroup_AsTheLoopEnds_TakesNobodyAndEnds()
    {
        bool isOver = false;
        Run(async () =>
        {
            _ = Coroutine.Spawn(async () =>
            {
                try
                {
                    await Forever();
                }
                finally
                {
                    await Coroutine.Shield(static () => TaskGroup.Run(static async group =>
                    {
                        Coroutine late = group.Spawn(Forever);
                        Assert.Equal((CoroutineState.Cancelled, 0), (late.State, group.Count));
                        var pool = new CoroutinePool(1);
                        await pool.SpawnAsync(Forever);
                        await pool.SpawnAsync(Forever);
                        await pool.JoinAsync();
                    }));
                    isOver = true;
                }
            });
            await Turns();
        });
        Assert.True(isOver);
    }

    [Fact]
    public void Dispose_OfManyLoops_LeavesNoThread()
    {
        var options = new EventLoopOptions { Name = "plait-left" };
        EventLoop[] loops = [.. Enumerable.Range(0, 5).Select(_ => EventLoop.Start(options))];
        Assert.All(loops, static loop => Assert.True(loop.Spawn(static () => Turns()).Join(Waits.Hang)));
        Assert.Equal(5, Threads("plait-left"));
        Assert.Equal(1, Threads("plait-loop-watc"));
        Array.ForEach(loops[1..], static loop => loop.Dispose());
        Assert.Equal(1, Threads("plait-loop-watc"));
        loops[0].Dispose();

        // The kernel takes a thread out of the list a moment after others have seen its end.
        Assert.True(SpinWait.SpinUntil(static () => Threads("plait-left") + Threads("plait-loop-watc") == 0, Waits.Hang));
    }

    private static int Threads(string name) => Directory.GetDirectories("/proc/self/task").Count(thread =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(thread, "comm")).TrimEnd() == name;
        }
        catch (IOException)
        {
            return false;
        }
    });
}

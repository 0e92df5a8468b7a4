using Plait.Coroutines;
using Plait.Diagnostics;
using Plait.Processes;
using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Coroutines;

/// <summary>A coroutine as somebody of its own who holds and waits: it excludes others of its thread, and is called by its name in the graph of waits.</summary>
public sealed class CoroutineAgentTests : CoroutineTest
{
    [Fact]
    public void TryAcquire_OfAReentrantLockThatALoopMateHolds_IsRefused() => Run(static async () =>
    {
        using ThreadScope scope = ThreadScope.Create();
        IReentrantLock gate = scope.CreateReentrantLock();
        Hold outer = gate.Acquire();
        Hold inner = await gate.AcquireAsync();
        Assert.Equal(2, gate.RecursionCount);
        await Coroutine.Spawn(() =>
        {
            Assert.False(gate.IsHeldByCaller);
            Assert.False(gate.TryAcquire(out _));
            return Task.CompletedTask;
        });
        inner.Release();
        await Coroutine.Yield();
        Assert.True(gate.IsHeldByCaller);
        outer.Release();
        await Coroutine.Spawn(() =>
        {
            Assert.True(gate.TryAcquire(out Hold hold));
            hold.Release();
            return Task.CompletedTask;
        });
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Acquire_ByManyCoroutines_LetsOneInAtATime(bool isReentrant) => Run(async () =>
    {
        using ThreadScope scope = ThreadScope.Create();
        ILock gate = isReentrant ? scope.CreateReentrantLock() : scope.CreateLock();
        (int inside, int turns) = (0, 0);
        await Coroutine.JoinAll(Enumerable.Range(0, 100).Select(_ => Coroutine.Spawn(async () =>
        {
            for (int i = 0; i < 10; i++)
            {
                using (await gate.AcquireAsync())
                {
                    Assert.Equal(1, ++inside);
                    await Coroutine.Yield();
                    inside--;
                    turns++;
                }
            }
        })));
        Assert.Equal(1000, turns);
        Assert.False(gate.IsHeld);
    });

    [Fact]
    public void AcquireAsync_ByCoroutinesAndThreads_LetsOneInAtATime() => Run(static async () =>
    {
        using ThreadScope scope = ThreadScope.Create();
        ILock gate = scope.CreateLock();
        int inside = 0;
        Task threads = Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(
            () =>
            {
                for (int i = 0; i < 200; i++)
                {
                    using Hold hold = gate.Acquire();
                    Assert.Equal(1, Interlocked.Increment(ref inside));
                    Interlocked.Decrement(ref inside);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
        await Coroutine.JoinAll(Enumerable.Range(0, 5).Select(_ => Coroutine.Spawn(async () =>
        {
            for (int i = 0; i < 50; i++)
            {
                using Hold hold = await gate.AcquireAsync();
                Assert.Equal(1, Interlocked.Increment(ref inside));
                await Coroutine.Yield();
                Interlocked.Decrement(ref inside);
            }
        })));
        await threads;
    });

    [Fact]
    public void Find_WhileCoroutinesWait_NamesThem() => Run(
        static async () =>
        {
            using ThreadScope scope = ThreadScope.Create();
            ILock gate = scope.CreateLock("till");
            Hold hold = await gate.AcquireAsync();
            Coroutine waiter = Coroutine.Spawn(async () => (await gate.AcquireAsync()).Release(), new CoroutineOptions { Name = "ann" });
            await Turns();
            WaitGraphSnapshot graph = DeadlockDetector.Find(Long);
            GraphWait wait = Assert.Single(graph.Waits, one => graph.Units[one.Unit].Unit.CoroutineName == "ann");
            Assert.Equal("till", graph.Primitives[wait.Primitive].Name);
            UnitIdentity waits = graph.Units[wait.Unit].Unit;
            Assert.Equal(("ann", "counter", null), (waits.CoroutineName, waits.LoopName, waits.ThreadName));
            Assert.EndsWith("coroutine 'ann' of loop 'counter'", waits.ToString(), StringComparison.Ordinal);
            UnitIdentity holds = graph.Units[Assert.Single(wait.Blockers)].Unit;
            Assert.EndsWith("coroutine 'main' of loop 'counter'", holds.ToString(), StringComparison.Ordinal);
            hold.Release();
            await waiter;
        },
        new EventLoopOptions { Name = "counter", BlockedAfter = Timeout.InfiniteTimeSpan });

    [Fact]
    public void AcquireAsync_OfTwoInACircleOnOneLoop_IsADeadlock() => Run(static async () =>
    {
        using ThreadScope scope = ThreadScope.Create();
        (ILock fork, ILock noodles) = (scope.CreateLock("fork"), scope.CreateLock("noodles"));
        DeadlockReport report = await QuarrelAsync(EventLoop.Current!, fork, noodles, (first, second) =>
            Coroutine.Spawn(() => TakeBothAsync(first, second), new CoroutineOptions { Name = "bob" }).Task);
        Assert.Equal(["ann", "bob"], report.Units.Select(static unit => unit.Unit.CoroutineName).Order());
    });

    [Fact]
    public void AcquireAsync_OfTwoInACircleOnTwoLoops_IsADeadlock() => Run(static async () =>
    {
        using ThreadScope scope = ThreadScope.Create();
        using EventLoop other = StartLoop();
        (ILock fork, ILock noodles) = (scope.CreateLock("fork"), scope.CreateLock("noodles"));
        DeadlockReport report = await QuarrelAsync(EventLoop.Current!, fork, noodles, (first, second) =>
            other.Spawn(() => TakeBothAsync(first, second), new CoroutineOptions { Name = "bob" }).Task);
        Assert.Equal(["ann", "bob"], report.Units.Select(static unit => unit.Unit.CoroutineName).Order());
        Assert.Contains(other.Name, report.Units.Select(static unit => unit.Unit.LoopName));
    });

    [Fact]
    public void AcquireAsync_InACircleWithAThread_IsADeadlock() => Run(static async () =>
    {
        using ThreadScope scope = ThreadScope.Create();
        (ILock fork, ILock noodles) = (scope.CreateLock("fork"), scope.CreateLock("noodles"));
        DeadlockReport report = await QuarrelAsync(EventLoop.Current!, fork, noodles, static (first, second) => Task.Factory.StartNew(
            () =>
            {
                using Hold one = first.Acquire();
                SpinWait.SpinUntil(() => second.IsHeld, Waits.Hang);
                try
                {
                    using Hold two = second.Acquire();
                    return (DeadlockReport?)null;
                }
                catch (DeadlockException found)
                {
                    return found.Report;
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default));
        Assert.Single(report.Units, static unit => unit.Unit.CoroutineName == "ann");
        Assert.Single(report.Units, static unit => unit.Unit.ThreadId != 0);
    });

    [Fact]
    public void AcquireAsync_InACircleWithAnotherProcess_IsADeadlock() => Run(static async () =>
    {
        using ProcessScope scope = ProcessScope.Create();
        (ILock fork, ILock noodles) = (scope.CreateLock("fork"), scope.CreateLock("noodles"));
        using ChildProcess<string> child = ChildProcess.Start(TakeBoth, noodles, fork);
        Coroutine<DeadlockReport?> own = Coroutine.Spawn(() => TakeBothAsync(fork, noodles), new CoroutineOptions { Name = "ann" });
        string? found = (await own)?.ToString();
        string others = await child;
        Assert.Contains("coroutine 'ann'", found ?? others, StringComparison.Ordinal);
        Assert.Contains(", thread ", found ?? others, StringComparison.Ordinal);
    });

    [Fact]
    public void Run_WhoseFunctionEndsWhileOthersWaitForLocks_LeavesNothingInTheirHands()
    {
        using ThreadScope scope = ThreadScope.Create();
        ILock gate = scope.CreateLock();
        Run(async () =>
        {
            Hold hold = await gate.AcquireAsync();
            for (int i = 0; i < 3; i++)
            {
                _ = Coroutine.Spawn(async () =>
                {
                    using Hold own = await gate.AcquireAsync();
                    await Forever();
                });
            }

            await Turns();
            hold.Release();
            await Turns();
        });
        Assert.True(gate.TryAcquire(Waits.Hang, out Hold last));
        Assert.Equal(0, gate.GetStatistics().Waiting);
        last.Release();
    }

    [Fact]
    public void Acquire_OfWhatALoopMateHolds_IsADeadlockAtOnce() => Run(static async () =>
    {
        using ThreadScope scope = ThreadScope.Create();
        ILock gate = scope.CreateLock("till");
        Coroutine holder = Coroutine.Spawn(
            async () =>
            {
                using Hold hold = await gate.AcquireAsync();
                await Turns(20);
            },
            new CoroutineOptions { Name = "holder" });
        await Turns();
        long before = Environment.TickCount64;
        DeadlockException error = Assert.Throws<DeadlockException>(() => gate.Acquire());
        Assert.Contains("coroutine 'main'", error.Message, StringComparison.Ordinal);
        Assert.Contains("coroutine 'holder' of loop", error.Message, StringComparison.Ordinal);
        Assert.Contains("holds lock 'till'", error.Message, StringComparison.Ordinal);
        Assert.True(Environment.TickCount64 - before < DeadlockDetection.Threshold.TotalMilliseconds);
        Assert.False(gate.TryAcquire(Short, out _));
        await holder;
        gate.Acquire().Release();
    });

    [Fact]
    public void Acquire_OfWhatAThreadHolds_BlocksTheLoopUntilThatReleases() => Run(static async () =>
    {
        using ThreadScope scope = ThreadScope.Create();
        ILock gate = scope.CreateLock();
        using var isWaiting = new ManualResetEventSlim();
        using var isHeld = new ManualResetEventSlim();
        Task thread = Task.Factory.StartNew(
            () =>
            {
                using Hold hold = gate.Acquire();
                isHeld.Set();
                SpinWait.SpinUntil(() => gate.GetStatistics().Waiting == 1, Waits.Hang);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        InTime(isHeld);
        gate.Acquire().Release();
        await thread;
    });

    [Fact]
    public void Unit_OfACoroutineThatHasEnded_IsGone() => Run(static async () =>
    {
        using ThreadScope scope = ThreadScope.Create();
        ILock gate = scope.CreateLock("till");
        for (int i = 0; i < 20; i++)
        {
            await Coroutine.Spawn(async () => (await gate.AcquireAsync()).Release(), new CoroutineOptions { Name = "passer-by" });
        }

        WaitGraphSnapshot graph = DeadlockDetector.Find(Long);
        Assert.DoesNotContain(graph.Units, static unit => unit.Unit.CoroutineName == "passer-by");

        // What it holds is not taken from whoever has the hold.
        Hold kept = await Coroutine.Spawn(async () => await gate.AcquireAsync());
        Assert.True(kept.IsHeld);
        Assert.False(gate.TryAcquire(out _));
        kept.Release();
    });

    [Fact]
    public void Acquire_InParallelBranches_IsOfUnitsOfTheirOwn() => Run(static async () =>
    {
        using ThreadScope scope = ThreadScope.Create();
        (ILock one, ILock two) = (scope.CreateLock(), scope.CreateLock());
        (Hold first, Hold second) = (await one.AcquireAsync(), await two.AcquireAsync());
        Coroutine both = Coroutine.Spawn(async () =>
        {
            Coroutine self = Coroutine.Current!;
            Hold[] holds = await Task.WhenAll(one.AcquireAsync().AsTask(), two.AcquireAsync().AsTask());
            Assert.Same(self, Coroutine.Current);
            Assert.All(holds, static hold => hold.Release());
        });
        await Turns();
        second.Release();
        await Turns();
        first.Release();
        await both;
        Assert.False(one.IsHeld || two.IsHeld);
    });

    // Ann has the first and wants the second; the other comes the other way round. One of them gives up.
    private static async Task<DeadlockReport> QuarrelAsync(EventLoop loop, ILock first, ILock second, Func<ILock, ILock, Task<DeadlockReport?>> other)
    {
        Task<DeadlockReport?> others = other(second, first);
        Coroutine<DeadlockReport?> own = loop.Spawn(() => TakeBothAsync(first, second), new CoroutineOptions { Name = "ann" });
        DeadlockReport? found = await own;
        return (found ?? await others)!;
    }

    private static string TakeBoth(ILock first, ILock second)
    {
        using Hold one = first.Acquire();
        SpinWait.SpinUntil(() => second.IsHeld, Waits.Hang);
        try
        {
            using Hold two = second.Acquire();
            return string.Empty;
        }
        catch (DeadlockException found)
        {
            return found.Message;
        }
    }

    private static async Task<DeadlockReport?> TakeBothAsync(ILock first, ILock second)
    {
        using Hold one = await first.AcquireAsync();
        while (!second.IsHeld)
        {
            await Coroutine.Yield();
        }

        try
        {
            using Hold two = await second.AcquireAsync();
            return null;
        }
        catch (DeadlockException found)
        {
            return found.Report;
        }
    }
}

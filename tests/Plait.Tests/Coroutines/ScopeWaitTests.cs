using Plait.Coroutines;
using Plait.Queues;
using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Coroutines;

/// <summary>Waits for locks, queues and their kin in a coroutine: where they come back, what ends them, and that nothing is lost.</summary>
public sealed class ScopeWaitTests : CoroutineTest
{
    private static readonly string[] s_raced = ["permit for good", "event", "items", "lock"];

    public static TheoryData<string, bool> Cases()
    {
        var cases = new TheoryData<string, bool>();
        foreach (string kind in Blockage.Kinds)
        {
            cases.Add(kind, false);
            cases.Add(kind, true);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Wait_ProvidedByALoopMate_GoesOnInItsCoroutine(string kind, bool isShared) => OnLoop(kind, isShared, static async it =>
    {
        Coroutine waiter = Waiter(it);
        await Turns();
        Assert.Contains($"{it.Name} at Blockage.cs:", waiter.WaitText(), StringComparison.Ordinal);
        it.Provide();
        await waiter;
    });

    [Theory]
    [MemberData(nameof(Cases))]
    public void Wait_ProvidedByAThread_GoesOnInItsCoroutine(string kind, bool isShared) => OnLoop(kind, isShared, static async it =>
    {
        Coroutine waiter = Waiter(it);
        await Turns();
        await Coroutine.RunBlocking(it.Provide);
        await waiter;
    });

    [Theory]
    [MemberData(nameof(Cases))]
    public void Kill_OfAWaiter_EndsTheWaitAndTakesNothing(string kind, bool isShared) => OnLoop(kind, isShared, static async it =>
    {
        Coroutine killed = Waiter(it);
        Coroutine next = Waiter(it);
        await Turns();
        killed.Kill();
        await Assert.ThrowsAsync<CoroutineKilledException>(async () => await killed);
        Assert.True(next.IsAlive);
        it.Provide();
        await next;
    });

    [Theory]
    [MemberData(nameof(Cases))]
    public void Kill_OfAWaiterThatHasBeenGiven_LosesNothing(string kind, bool isShared) => OnLoop(kind, isShared, static async it =>
    {
        bool hasGot = false;
        Coroutine killed = Coroutine.Spawn(async () =>
        {
            await it.WaitAsync();
            hasGot = true;
            await Coroutine.Yield();
        });
        await Turns();
        it.Provide();
        killed.Kill();
        await Assert.ThrowsAsync<CoroutineKilledException>(async () => await killed);

        // A queue's items are for whoever comes first: the word of them is not the item yet.
        if (!hasGot)
        {
            await it.WaitAsync();
        }
    });

    [Theory]
    [MemberData(nameof(Cases))]
    public void Timeout_AroundAWait_EndsItAndTakesNothing(string kind, bool isShared) => OnLoop(kind, isShared, static async it =>
    {
        ScopeTimeoutException error = await Assert.ThrowsAsync<ScopeTimeoutException>(() => Coroutine.WithTimeout(Short, it.WaitAsync, "brief"));
        Assert.Equal("brief", error.Scope.Name);
        Coroutine next = Waiter(it);
        await Turns();
        it.Provide();
        await next;
    });

    [Theory]
    [MemberData(nameof(Cases))]
    public void Wait_InACancelledContext_ThrowsAtOnce(string kind, bool isShared) => OnLoop(kind, isShared, static async it =>
    {
        using (Coroutine.Timeout(TimeSpan.Zero))
        {
            await Assert.ThrowsAsync<ScopeTimeoutException>(Forever);
            await Assert.ThrowsAsync<ScopeTimeoutException>(it.WaitAsync);
        }

        Coroutine next = Waiter(it);
        await Turns();
        it.Provide();
        await next;
    });

    [Fact]
    public void Kill_WhileAThreadProvides_LosesNothing() => Run(static async () =>
    {
        foreach (string kind in s_raced)
        {
            using ThreadScope scope = ThreadScope.Create();
            Blockage it = Blockage.Make(kind, scope);
            for (int round = 0; round < 100; round++)
            {
                bool hasGot = false;
                Coroutine waiter = Coroutine.Spawn(async () =>
                {
                    await it.WaitAsync();
                    hasGot = true;
                });
                await Turns(2);
                Task provided = Task.Run(it.Provide);
                await Turns(round % 7);
                waiter.Kill();
                try
                {
                    await waiter;
                }
                catch (CoroutineKilledException)
                {
                    // It was quicker.
                }

                await provided;
                if (!hasGot)
                {
                    await Coroutine.WithTimeout(Waits.Hang, it.WaitAsync);
                }
            }
        }
    });

    [Fact]
    public void TryAcquireAsync_WhoseTimeIsOver_ComesBackWithoutIt() => Run(static async () =>
    {
        using ThreadScope scope = ThreadScope.Create();
        ILock gate = scope.CreateLock();
        Hold hold = await gate.AcquireAsync();
        await Coroutine.Spawn(async () =>
        {
            Coroutine self = Coroutine.Current!;
            Assert.Null(await gate.TryAcquireAsync(Short));
            Assert.Same(self, Coroutine.Current);
            Assert.Null(await gate.TryAcquireAsync(TimeSpan.Zero));
            Assert.Same(self, Coroutine.Current);
        });
        hold.Release();
        Assert.NotNull(await gate.TryAcquireAsync(Short));
        Assert.Equal(0, EventLoop.Current!.GetStatistics().Timers);
    });

    [Fact]
    public void AcquireAsync_WithATokenThatIsCancelled_EndsAsCancelled() => Run(static async () =>
    {
        using ThreadScope scope = ThreadScope.Create();
        using var source = new CancellationTokenSource();
        ILock gate = scope.CreateLock();
        using Hold hold = await gate.AcquireAsync();
        Coroutine waiter = Coroutine.Spawn(async () => await gate.AcquireAsync(source.Token));
        await Turns();
        await source.CancelAsync();
        OperationCanceledException error = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiter);
        Assert.Equal(source.Token, error.CancellationToken);
    });

    [Fact]
    public void Kill_OfAPartyOfABarrier_BreaksItForTheOthers() => Run(static async () =>
    {
        using ThreadScope scope = ThreadScope.Create();
        IBarrier barrier = scope.CreateBarrier(3);
        Coroutine killed = Coroutine.Spawn(async () => await barrier.WaitAsync());
        Coroutine other = Coroutine.Spawn(async () => await barrier.WaitAsync());
        _ = other.Task;
        await Turns();
        killed.Kill();
        await Assert.ThrowsAsync<CoroutineKilledException>(async () => await killed);
        await Assert.ThrowsAsync<BrokenBarrierException>(async () => await other);
        barrier.Reset();
        int[] ranks = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Coroutine.Spawn(async () => await barrier.WaitAsync()).Task));
        Assert.Equal([0, 1, 2], ranks.Order());
    });

    [Fact]
    public void Kill_WhileAConditionIsWaitedFor_HasItsLockAgainFirst() => Run(static async () =>
    {
        using ThreadScope scope = ThreadScope.Create();
        ILock gate = scope.CreateLock();
        ICondition condition = scope.CreateCondition(gate);
        bool hadLock = false;
        Coroutine killed = Coroutine.Spawn(async () =>
        {
            using Hold hold = await condition.AcquireAsync();
            try
            {
                await condition.WaitForAsync(hold, static () => false);
            }
            finally
            {
                hadLock = hold.IsHeld;
            }
        });
        await Turns();
        Hold mine = await gate.AcquireAsync();
        killed.Kill();
        await Turns();
        Assert.True(killed.IsAlive);
        mine.Release();
        await Assert.ThrowsAsync<CoroutineKilledException>(async () => await killed);
        Assert.True(hadLock);
        Assert.False(gate.IsHeld);
    });

    [Fact]
    public void RunAsync_BehindAWait_RunsItsFunctionInTheCoroutine() => Run(static async () =>
    {
        using ThreadScope scope = ThreadScope.Create();
        IOnce once = scope.CreateOnce();
        await Assert.ThrowsAsync<InvalidOperationException>(() => Task.WhenAll(
            Coroutine.Spawn(async () => await once.RunAsync(static async () =>
            {
                await Turns();
                throw new InvalidOperationException();
            })).Task,
            Coroutine.Spawn(async () => Assert.True(await once.RunAsync(static async () => await Coroutine.Yield()))).Task));
        Assert.True(once.IsDone);
    });

    [Fact]
    public void ReadAllAsync_OnALoop_StaysThere() => Run(static async () =>
    {
        using ThreadScope scope = ThreadScope.Create();
        IJoinableQueue<int> queue = scope.CreateQueue<int>(2);
        Coroutine<int> reader = Coroutine.Spawn(async () =>
        {
            Coroutine self = Coroutine.Current!;
            int sum = 0;
            await foreach (int item in queue.ReadAllAsync())
            {
                Assert.Same(self, Coroutine.Current);
                sum += item;
            }

            return sum;
        });
        await queue.PutManyAsync(Enumerable.Range(1, 100).ToArray());
        queue.Shutdown();
        Assert.Equal(5050, await reader);
    });

    private static Coroutine Waiter(Blockage it) => Coroutine.Spawn(async () =>
    {
        (Coroutine self, int thread) = (Coroutine.Current!, Environment.CurrentManagedThreadId);
        await it.WaitAsync();
        Assert.Same(self, Coroutine.Current);
        Assert.Equal(thread, Environment.CurrentManagedThreadId);
    });

    private static void OnLoop(string kind, bool isShared, Func<Blockage, Task> test)
    {
        using IScope scope = isShared ? ProcessScope.Create() : ThreadScope.Create();
        Blockage it = Blockage.Make(kind, scope);
        Run(() => test(it));
    }
}

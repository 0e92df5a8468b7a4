using Plait.Coroutines;
using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Coroutines;

/// <summary>Events and semaphores between coroutines and threads, by the cases of gevent's test__event and test__semaphore.</summary>
public sealed class LoopSignalTests : CoroutineTest
{
    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public void Set_AndResetAtOnce_LetsAllGoOnThatWaited(int count) => Run(async () =>
    {
        using ThreadScope scope = ThreadScope.Create();
        IEvent signal = scope.CreateEvent();
        Coroutine[] waiters = [.. Enumerable.Range(0, count).Select(_ => Coroutine.Spawn(async () => await signal.WaitAsync()))];
        await Turns();
        signal.Set();
        signal.Reset();
        await Coroutine.JoinAll(waiters);
        Assert.False(await signal.WaitAsync(Short));
    });

    [Fact]
    public void Reset_ByOneThatWasWoken_MakesItWaitAgain() => Run(static async () =>
    {
        using ThreadScope scope = ThreadScope.Create();
        IEvent signal = scope.CreateEvent();
        await Coroutine.Spawn(async () =>
        {
            Coroutine setter = Coroutine.Spawn(() =>
            {
                signal.Set();
                return Task.CompletedTask;
            });
            await signal.WaitAsync();
            Assert.True(signal.IsSet);
            await setter;
            signal.Reset();
            Assert.False(await signal.WaitAsync(Short));
        });
    });

    [Fact]
    public void WaitAsync_WhileOthersAreWoken_GoesOnAtOnce() => Run(static async () =>
    {
        using ThreadScope scope = ThreadScope.Create();
        IEvent signal = scope.CreateEvent();
        int woken = 0;
        Coroutine[] waiters = [.. Enumerable.Range(0, 2).Select(_ => Coroutine.Spawn(async () =>
        {
            await signal.WaitAsync();
            woken++;
        }))];
        await Turns();
        signal.Set();
        ValueTask third = signal.WaitAsync();
        Assert.True(third.IsCompletedSuccessfully);
        await third;
        await Coroutine.JoinAll(waiters);
        Assert.Equal(2, woken);
    });

    [Fact]
    public void WaitAsync_OfWhatIsSetAlready_IsOverEachTime() => Run(static async () =>
    {
        using ThreadScope scope = ThreadScope.Create();
        IEvent signal = scope.CreateEvent();
        signal.Set();
        for (int i = 0; i < 3; i++)
        {
            ValueTask waited = signal.WaitAsync();
            Assert.True(waited.IsCompletedSuccessfully);
            await waited;
        }
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WaitAsync_ByTwoLoopsAndAThreadAtOnce_LosesNoPermit(bool isTimed)
    {
        const int Rounds = 300;
        using ThreadScope scope = ThreadScope.Create();
        ISemaphore permits = scope.CreateSemaphore(1);
        int inside = 0;
        using EventLoop first = StartLoop();
        using EventLoop second = StartLoop();
        Coroutine[] coroutines = [.. new[] { first, first, second, second }.Select(loop => loop.Spawn(ContendAsync))];
        Task thread = Task.Factory.StartNew(Contend, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        await Task.WhenAll(coroutines.Select(static coroutine => coroutine.Task).Append(thread)).InTime();
        Assert.Equal((0, 1), (inside, permits.CurrentCount));

        async Task ContendAsync()
        {
            for (int i = 0; i < Rounds; i++)
            {
                if (isTimed)
                {
                    Assert.True(await permits.WaitAsync(Waits.Hang));
                }
                else
                {
                    await permits.WaitAsync();
                }

                Assert.Equal(1, Interlocked.Increment(ref inside));
                if (i % 10 == 0)
                {
                    await Coroutine.Yield();
                }

                Interlocked.Decrement(ref inside);
                permits.Release();
            }
        }

        void Contend()
        {
            for (int i = 0; i < Rounds; i++)
            {
                Assert.True(permits.Wait(Waits.Hang));
                Assert.Equal(1, Interlocked.Increment(ref inside));
                Interlocked.Decrement(ref inside);
                permits.Release();
            }
        }
    }

    [Fact]
    public void WaitAsync_WithoutAPermitInTime_IsFalse() => Run(static async () =>
    {
        using ThreadScope scope = ThreadScope.Create();
        ISemaphore permits = scope.CreateSemaphore(0);
        Assert.False(await permits.WaitAsync(Short));
        Assert.Null(await permits.TryAcquireAsync(Short));
        permits.Release();
        Assert.True(await permits.WaitAsync(Short));
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Release_ByACoroutine_LetsAThreadGoOn(bool releases) => Run(async () =>
    {
        using ThreadScope scope = ThreadScope.Create();
        ISemaphore permits = scope.CreateSemaphore(1);
        Hold hold = await permits.AcquireAsync();
        Task<bool> thread = Task.Factory.StartNew(
            () => permits.Wait(releases ? Waits.Hang : Short), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        if (releases)
        {
            while (permits.GetStatistics().Waiting == 0)
            {
                await Coroutine.Yield();
            }

            hold.Release();
        }

        Assert.Equal(releases, await thread);
    });

    [Fact]
    public void Release_WithACoroutineAndAThreadWaiting_ServesThemInTheirOrder() => Run(static async () =>
    {
        using ThreadScope scope = ThreadScope.Create();
        ISemaphore permits = scope.CreateSemaphore(0);
        Coroutine first = Coroutine.Spawn(async () => await permits.WaitAsync());
        await Turns();
        Task<bool> second = Task.Factory.StartNew(() => permits.Wait(Waits.Hang), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        while (permits.GetStatistics().Waiting < 2)
        {
            await Coroutine.Yield();
        }

        permits.Release();
        await first;
        Assert.False(second.IsCompleted);
        permits.Release();
        Assert.True(await second);
    });

    [Fact]
    public void Acquire_ByOnesThatPassItToAndFro_ComesToTheThirdAsWell() => Run(static async () =>
    {
        using ThreadScope scope = ThreadScope.Create();
        ISemaphore permits = scope.CreateSemaphore(1);
        bool shouldEnd = false;
        Coroutine[] passing = [.. Enumerable.Range(0, 2).Select(_ => Coroutine.Spawn(async () =>
        {
            while (!shouldEnd)
            {
                await permits.WaitAsync();
                await Coroutine.Yield();
                permits.Release();
            }
        }))];
        await Coroutine.Spawn(async () =>
        {
            await permits.WaitAsync();
            shouldEnd = true;
            permits.Release();
        });
        await Coroutine.JoinAll(passing);
        Assert.Equal(1, permits.CurrentCount);
    });
}

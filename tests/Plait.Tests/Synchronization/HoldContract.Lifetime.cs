using Plait.Synchronization;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <content>Names, the end of objects, and statistics.</content>
public abstract partial class HoldContract
{
    [Fact]
    public void Create_WithANameTwice_GivesTheSame()
    {
        Acquirable first = Create("the one");
        Acquirable second = Create("the one");
        Acquirable other = Create("another");

        using (first.Acquire())
        {
            Assert.False(second.IsFree());
            Assert.True(other.IsFree());
        }

        Assert.True(second.IsFree());
        Assert.Equal(("the one", "the one"), (first.Synchronizer.Name, second.Synchronizer.Name));
        Assert.Equal(first.Statistics, second.Statistics);
    }

    [Fact]
    public void Create_WithoutAName_GivesANewOne()
    {
        Acquirable first = Create();
        Acquirable second = Create();

        using (first.Acquire())
        {
            Assert.True(second.IsFree());
        }

        Assert.NotEmpty(first.Synchronizer.Name);
        Assert.NotEqual(first.Synchronizer.Name, second.Synchronizer.Name);
        Assert.Same(Scope, first.Synchronizer.Scope);
    }

    [Fact]
    public async Task Acquire_AfterDispose_IsRefused()
    {
        Acquirable gate = Create("kept");
        Acquirable twin = Create("kept");

        gate.Synchronizer.Dispose();
        gate.Synchronizer.Dispose();

        await AssertDisposedAsync(gate);
        twin.Acquire().Release();
    }

    [Fact]
    public async Task Acquire_AfterTheEndOfTheScope_IsRefused()
    {
        Acquirable gate = Create();
        gate.Acquire().Release();

        Scope.Dispose();
        Scope.Dispose();

        await AssertDisposedAsync(gate);
        Assert.Throws<ObjectDisposedException>(() => Create());
    }

    [Fact]
    public void Dispose_WhileHeld_LeavesTheHoldItsRight()
    {
        Acquirable gate = Create("kept");
        Acquirable twin = Create("kept");
        Hold hold = gate.Acquire();

        gate.Synchronizer.Dispose();

        Assert.True(hold.IsHeld);
        Assert.False(twin.IsFree());
        hold.Release();
        Assert.True(twin.IsFree());
    }

    [Fact]
    public void Dispose_WhileAgentsWait_LetsThemFinish()
    {
        Acquirable gate = Create("kept");
        Acquirable twin = Create("kept");
        Task<bool>[] waiters;
        using (Holder.Of(twin.Block))
        {
            waiters =
            [
                OnThread(() =>
                {
                    using Hold hold = gate.Acquire();
                    return hold.IsHeld;
                }),
                InFlow(async () =>
                {
                    using Hold hold = await gate.AcquireAsync();
                    return hold.IsHeld;
                }),
            ];
            UntilWaiting(twin.Synchronizer, waiters.Length);
            gate.Synchronizer.Dispose();
        }

        Assert.All(End(waiters), Assert.True);
        Assert.True(twin.IsFree());
    }

    [Fact]
    public void GetStatistics_OfUseWithoutWaits_CountsAcquisitions()
    {
        Acquirable gate = Create();

        gate.Acquire().Release();
        Assert.True(gate.TryAcquire(out Hold hold));
        SynchronizerStatistics held = gate.Statistics;
        hold.Release();

        Assert.Equal(new SynchronizerStatistics(2, 0, 0, TimeSpan.Zero, TimeSpan.Zero, 0, 0), held);
        Assert.Equal(held, gate.Statistics);
    }

    [Fact]
    public void GetStatistics_OfWaits_TellsHowManyAndHowLong()
    {
        Acquirable gate = Create();
        Task<bool> waiter;
        using (Holder.Of(gate.Block))
        {
            Assert.False(gate.TryAcquire(Short, out _));
            waiter = OnThread(() =>
            {
                gate.Acquire().Release();
            });
            UntilWaiting(gate.Synchronizer, 1);
        }

        End(waiter);
        SynchronizerStatistics after = gate.Statistics;
        Assert.Equal((2, 2, 0, 1, 0), (after.Acquisitions, after.Waits, after.Waiting, after.Timeouts, after.Abandonments));
        Assert.InRange(after.LongestWait, Short / 2, after.TotalWait);
        Assert.True(after.TotalWait > after.LongestWait);
    }

    private static async Task AssertDisposedAsync(Acquirable gate)
    {
        Assert.Throws<ObjectDisposedException>(() => gate.Acquire());
        Assert.Throws<ObjectDisposedException>(() => gate.TryAcquire(out _));
        Assert.Throws<ObjectDisposedException>(() => gate.TryAcquire(Short, out _));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await gate.AcquireAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await gate.TryAcquireAsync(Short));
    }
}

using Plait.Synchronization;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <content>Names, the end of objects, and statistics.</content>
public abstract partial class WaitContract
{
    [Fact]
    public void Create_WithANameTwice_GivesTheSame()
    {
        Waitable first = Create("the one");
        Waitable second = Create("the one");
        Waitable other = Create("another");

        first.Let();

        Assert.False(other.Wait(TimeSpan.Zero));
        Assert.True(second.Wait(TimeSpan.Zero));
        Assert.Equal(("the one", "the one"), (first.Synchronizer.Name, second.Synchronizer.Name));
        Assert.Equal(first.Statistics, second.Statistics);
    }

    [Fact]
    public void Create_WithoutAName_GivesANewOne()
    {
        Waitable first = Create();
        Waitable second = Create();

        first.Let();

        Assert.False(second.Wait(TimeSpan.Zero));
        Assert.NotEmpty(first.Synchronizer.Name);
        Assert.NotEqual(first.Synchronizer.Name, second.Synchronizer.Name);
        Assert.Same(Scope, first.Synchronizer.Scope);
    }

    [Fact]
    public async Task Wait_AfterDispose_IsRefused()
    {
        Waitable gate = Create("kept");
        Waitable twin = Create("kept");

        gate.Synchronizer.Dispose();
        gate.Synchronizer.Dispose();

        await AssertDisposedAsync(gate);
        twin.Let();
        twin.Wait();
    }

    [Fact]
    public async Task Wait_AfterTheEndOfTheScope_IsRefused()
    {
        Waitable gate = Create();

        Scope.Dispose();

        await AssertDisposedAsync(gate);
        Assert.Throws<ObjectDisposedException>(() => Create());
    }

    [Fact]
    public void Dispose_WhileAgentsWait_LetsThemFinish()
    {
        Waitable gate = Create("kept");
        Waitable twin = Create("kept");
        Task<bool>[] waiters = [OnThread(() => gate.Wait()), InFlow(async () => await gate.WaitAsync())];
        UntilWaiting(twin.Synchronizer, waiters.Length);

        gate.Synchronizer.Dispose();
        twin.Let(waiters.Length);

        Assert.All(End(waiters), Assert.True);
    }

    [Fact]
    public void GetStatistics_OfWaits_TellsHowManyAndHowLong()
    {
        Waitable gate = Create();
        Assert.False(gate.Wait(Short));
        Task<bool> waiter = OnThread(() => gate.Wait());
        UntilWaiting(gate.Synchronizer, 1);
        gate.Let();
        End(waiter);
        gate.Let();
        gate.Wait();

        SynchronizerStatistics after = gate.Statistics;
        Assert.Equal((2, 2, 0, 1, 0), (after.Acquisitions, after.Waits, after.Waiting, after.Timeouts, after.Abandonments));
        Assert.InRange(after.LongestWait, Short / 2, after.TotalWait);
        Assert.True(after.TotalWait > after.LongestWait);
    }

    private static async Task AssertDisposedAsync(Waitable gate)
    {
        Assert.Throws<ObjectDisposedException>(() => gate.Wait());
        Assert.Throws<ObjectDisposedException>(() => gate.Wait(Short));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await gate.WaitAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await gate.WaitAsync(Short));
        Assert.Throws<ObjectDisposedException>(() => gate.Let());
    }
}

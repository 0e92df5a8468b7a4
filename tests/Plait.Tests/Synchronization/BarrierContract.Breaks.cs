using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <content>What breaks a barrier, and what makes it whole.</content>
public abstract partial class BarrierContract
{
    [Fact]
    public void Abort_WhileUnitsWait_BreaksForThemAndForLaterOnes()
    {
        IBarrier barrier = Scope.CreateBarrier(Parties);
        Task<string>[] units = StartMany(Parties - 1, Arrive, barrier);
        UntilWaiting(barrier, Parties - 1);
        Assert.Equal(Parties - 1, barrier.WaitingCount);

        barrier.Abort();

        Assert.All(End(units), static end => Assert.Equal("broken", end));
        Assert.Equal((true, 0), (barrier.IsBroken, barrier.WaitingCount));
        Assert.Throws<BrokenBarrierException>(() => barrier.Wait());
        Assert.Throws<BrokenBarrierException>(() => barrier.Wait(TimeSpan.Zero));
        Assert.Equal("broken", End(Start(Arrive, barrier)));
        barrier.Abort();
        Assert.True(barrier.IsBroken);
    }

    [Fact]
    public void Abort_ByOneOfTheUnits_BreaksForTheOthers()
    {
        IBarrier barrier = Scope.CreateBarrier(Parties);

        string[] ends = End(StartMany(Parties, PassThenAbortInTheMiddle, barrier));

        Assert.Equal(["aborted", .. Enumerable.Repeat("broken", Parties - 1)], ends.Order(StringComparer.Ordinal));
        Assert.True(barrier.IsBroken);
    }

    [Fact]
    public void Reset_WhileUnitsWait_BreaksForThemOnly()
    {
        IBarrier barrier = Scope.CreateBarrier(Parties);
        Task<string>[] units = StartMany(Parties - 1, Arrive, barrier);
        UntilWaiting(barrier, Parties - 1);

        barrier.Reset();

        Assert.All(End(units), static end => Assert.Equal("broken", end));
        Assert.Equal((false, 0), (barrier.IsBroken, barrier.WaitingCount));
        Assert.Equal(["0", "1", "2", "3"], End(StartMany(Parties, Arrive, barrier)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Reset_OfABrokenBarrier_MakesItWholeForAll()
    {
        IBarrier barrier = Scope.CreateBarrier(Parties);
        IBarrier meeting = Scope.CreateBarrier(Parties);

        string[] ends = End(StartMany(Parties, AbortMeetResetAndPass, barrier, meeting));

        Assert.Equal(["aborted passed", "broken passed", "broken passed", "broken passed"], ends.Order(StringComparer.Ordinal));
        Assert.Equal((false, 0), (barrier.IsBroken, barrier.WaitingCount));
    }

    [Fact]
    public void Reset_OfAnEmptyBarrier_ChangesNothing()
    {
        IBarrier barrier = Scope.CreateBarrier(2);
        barrier.Reset();
        Task<int> first = OnThread(() => barrier.Wait());
        UntilWaiting(barrier, 1);

        Assert.Equal(1, barrier.Wait());
        Assert.Equal(0, End(first));
    }

    [Fact]
    public void Wait_WhoseTimeIsOver_BreaksForAll()
    {
        IBarrier barrier = Scope.CreateBarrier(Parties);
        Task<string>[] units = StartMany(Parties - 2, Arrive, barrier);
        UntilWaiting(barrier, Parties - 2);

        Assert.Throws<BrokenBarrierException>(() => barrier.Wait(s_short));

        Assert.All(End(units), static end => Assert.Equal("broken", end));
        Assert.Equal((true, 0, 1), (barrier.IsBroken, barrier.WaitingCount, barrier.GetStatistics().Timeouts));
        barrier.Reset();
        Assert.Throws<BrokenBarrierException>(() => barrier.Wait(TimeSpan.Zero));
        Assert.True(barrier.IsBroken);
    }

    [Fact]
    public async Task WaitAsync_WhoseTimeIsOver_BreaksForAll()
    {
        IBarrier barrier = Scope.CreateBarrier(3);
        Task<string> unit = Start(Arrive, barrier);
        UntilWaiting(barrier, 1);

        await Assert.ThrowsAsync<BrokenBarrierException>(async () => await barrier.WaitAsync(s_short));

        Assert.Equal("broken", await unit.InTime());
        Assert.True(barrier.IsBroken);
    }

    [Fact]
    public async Task Wait_WithANegativeTime_IsRefusedAndBreaksNothing()
    {
        IBarrier barrier = Scope.CreateBarrier(2);

        foreach (TimeSpan timeout in new[] { TimeSpan.FromTicks(-1), TimeSpan.FromMilliseconds(-2), TimeSpan.MinValue })
        {
            Assert.Equal("timeout", Assert.Throws<ArgumentOutOfRangeException>(() => barrier.Wait(timeout)).ParamName);
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await barrier.WaitAsync(timeout));
        }

        Assert.Equal((false, 0), (barrier.IsBroken, barrier.WaitingCount));
    }

    [Fact]
    public async Task Wait_CancelledMeanwhile_BreaksForTheOthers()
    {
        foreach (bool isFlow in new[] { false, true })
        {
            IBarrier barrier = Scope.CreateBarrier(3);
            using var source = new CancellationTokenSource();
            Task<string> other = Start(Arrive, barrier);
            Task<int> cancelled = isFlow ? InFlow(async () => await barrier.WaitAsync(source.Token)) : OnThread(() => barrier.Wait(source.Token));
            UntilWaiting(barrier, 2);

            await source.CancelAsync();

            OperationCanceledException error = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await cancelled.InTime());
            Assert.Equal(source.Token, error.CancellationToken);
            Assert.Equal("broken", await other.InTime());
            Assert.True(barrier.IsBroken);
        }
    }

    [Fact]
    public void Wait_WithACancelledToken_Breaks()
    {
        IBarrier barrier = Scope.CreateBarrier(2);
        Task<string> other = Start(Arrive, barrier);
        UntilWaiting(barrier, 1);

        Assert.ThrowsAny<OperationCanceledException>(() => barrier.Wait(new CancellationToken(canceled: true)));

        Assert.Equal("broken", End(other));
        Assert.True(barrier.IsBroken);
    }

    [Fact]
    public async Task Wait_AfterDispose_IsRefused()
    {
        IBarrier barrier = Scope.CreateBarrier(2, name: "kept");
        IBarrier twin = Scope.CreateBarrier(2, name: "kept");
        Task<int> first = OnThread(() => barrier.Wait());
        UntilWaiting(twin, 1);

        barrier.Dispose();

        Assert.Throws<ObjectDisposedException>(() => barrier.Wait());
        Assert.Throws<ObjectDisposedException>(() => barrier.Wait(s_short));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await barrier.WaitAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await barrier.WaitAsync(s_short));

        // Nobody was counted by that, and who waited finishes.
        Assert.Equal((1, 1), (twin.WaitingCount, twin.Wait()));
        Assert.Equal(0, await first.InTime());
    }

    [Fact]
    public void GetStatistics_OfRounds_CountsThem()
    {
        IBarrier barrier = Scope.CreateBarrier(2);
        Task<int> first = OnThread(() => barrier.Wait());
        UntilWaiting(barrier, 1);
        barrier.Wait();
        End(first);

        SynchronizerStatistics after = barrier.GetStatistics();
        Assert.Equal((1, 1, 0, 0, 0), (after.Acquisitions, after.Waits, after.Waiting, after.Timeouts, after.Abandonments));
        Assert.True(after.TotalWait > TimeSpan.Zero && after.LongestWait == after.TotalWait);
    }

    private static string PassThenAbortInTheMiddle(IBarrier barrier)
    {
        if (barrier.Wait(Waits.Hang) != Parties / 2)
        {
            return Arrive(barrier);
        }

        barrier.Abort();
        return "aborted";
    }

    private static string AbortMeetResetAndPass(IBarrier barrier, IBarrier meeting)
    {
        string end = PassThenAbortInTheMiddle(barrier);

        // All have left it when it is reset, and nobody comes before that.
        if (meeting.Wait(Waits.Hang) == 0)
        {
            barrier.Reset();
        }

        meeting.Wait(Waits.Hang);
        return Arrive(barrier) == "broken" ? $"{end} broken" : $"{end} passed";
    }
}

using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <summary>What <see cref="ICountdown"/> keeps.</summary>
public abstract class CountdownContract : WaitContract
{
    private protected CountdownContract(Setting setting)
        : base(setting)
    {
    }

    private protected override Waitable Create(string? name = null) => new WaitableCountdown(Scope.CreateCountdown(1, name));

    [Fact]
    public void Create_WithANegativeCount_IsRefused()
    {
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => Scope.CreateCountdown(-1));
        Assert.Equal(("initialCount", -1), (error.ParamName, error.ActualValue));
    }

    [Fact]
    public void Create_WithZero_IsSet()
    {
        ICountdown countdown = Scope.CreateCountdown(0);

        Assert.Equal((true, 0, 0), (countdown.IsSet, countdown.CurrentCount, countdown.InitialCount));
        countdown.Wait();
        Assert.True(countdown.Wait(TimeSpan.Zero));
    }

    [Fact]
    public void Signal_UntilZero_SetsItWithTheLast()
    {
        ICountdown countdown = Scope.CreateCountdown(5);

        Assert.False(countdown.Signal());
        Assert.Equal((4, 5, false), (countdown.CurrentCount, countdown.InitialCount, countdown.IsSet));
        Assert.False(countdown.Signal(3));
        Assert.Equal(1, countdown.CurrentCount);
        Assert.False(countdown.Wait(TimeSpan.Zero));
        Assert.True(countdown.Signal());

        Assert.Equal((0, 5, true), (countdown.CurrentCount, countdown.InitialCount, countdown.IsSet));
        Assert.True(countdown.Wait(TimeSpan.Zero));
    }

    [Fact]
    public void Signal_OfMoreThanIsLeft_IsRefusedAndChangesNothing()
    {
        ICountdown countdown = Scope.CreateCountdown(2);

        Assert.Throws<SynchronizationException>(() => countdown.Signal(3));
        Assert.Throws<SynchronizationException>(() => countdown.Signal(int.MaxValue));
        Assert.Equal(2, countdown.CurrentCount);
        countdown.Signal(2);
        Assert.Throws<SynchronizationException>(() => countdown.Signal());
        Assert.Equal((0, true), (countdown.CurrentCount, countdown.IsSet));
    }

    [Fact]
    public void Signal_OfNoneOrLess_IsRefused()
    {
        ICountdown countdown = Scope.CreateCountdown(2);

        foreach (int count in new[] { 0, -1, int.MinValue })
        {
            Assert.Equal("count", Assert.Throws<ArgumentOutOfRangeException>(() => countdown.Signal(count)).ParamName);
            Assert.Equal("count", Assert.Throws<ArgumentOutOfRangeException>(() => countdown.AddCount(count)).ParamName);
            Assert.Equal("count", Assert.Throws<ArgumentOutOfRangeException>(() => countdown.TryAddCount(count)).ParamName);
        }

        Assert.Equal(2, countdown.CurrentCount);
    }

    [Fact]
    public void AddCount_BeforeZero_RaisesTheCount()
    {
        ICountdown countdown = Scope.CreateCountdown(1);

        countdown.AddCount();
        countdown.AddCount(3);
        Assert.True(countdown.TryAddCount());
        Assert.True(countdown.TryAddCount(4));

        Assert.Equal((10, 1), (countdown.CurrentCount, countdown.InitialCount));
        Assert.True(countdown.Signal(10));
    }

    [Fact]
    public void AddCount_AtZero_IsRefusedAndChangesNothing()
    {
        ICountdown countdown = Scope.CreateCountdown(1);
        countdown.Signal();

        Assert.Throws<SynchronizationException>(() => countdown.AddCount());
        Assert.False(countdown.TryAddCount());
        Assert.Equal((0, true), (countdown.CurrentCount, countdown.IsSet));
    }

    [Fact]
    public void AddCount_BeyondWhatCanBeCounted_IsRefusedAndChangesNothing()
    {
        ICountdown countdown = Scope.CreateCountdown(int.MaxValue);
        Assert.Equal(int.MaxValue, countdown.CurrentCount);

        Assert.Throws<SynchronizationException>(() => countdown.AddCount());
        Assert.Equal(int.MaxValue, countdown.CurrentCount);
        countdown.Signal();
        Assert.Throws<SynchronizationException>(() => countdown.AddCount(2));
        Assert.Equal(int.MaxValue - 1, countdown.CurrentCount);
        countdown.AddCount();
        Assert.True(countdown.Signal(int.MaxValue));
    }

    [Fact]
    public void Reset_WhileAUnitWaits_LetsItWaitOn()
    {
        ICountdown countdown = Scope.CreateCountdown(2);
        Task<bool> unit = Start(static (ICountdown countdown) => countdown.Wait(Waits.Hang), countdown);
        UntilWaiting(countdown, 1);

        countdown.Signal();
        countdown.Reset();
        Assert.Equal((2, 1), (countdown.CurrentCount, countdown.GetStatistics().Waiting));
        countdown.Signal();
        countdown.Reset(3);
        Assert.Equal((3, 3), (countdown.CurrentCount, countdown.InitialCount));
        Assert.False(countdown.Signal(2));
        Assert.Equal(1, countdown.GetStatistics().Waiting);
        Assert.False(unit.IsCompleted);
        Assert.True(countdown.Signal());

        Assert.True(End(unit));
        countdown.Reset();
        Assert.Equal(3, countdown.CurrentCount);
    }

    [Fact]
    public void Reset_RightAfterZero_LetsThroughWhoeverWaited()
    {
        ICountdown countdown = Scope.CreateCountdown(1);
        Task<bool>[] units = StartMany(3, static (ICountdown countdown) => countdown.Wait(Waits.Hang), countdown);
        UntilWaiting(countdown, 3);

        countdown.Signal();
        countdown.Reset();

        Assert.All(End(units), Assert.True);
        Assert.False(countdown.Wait(TimeSpan.Zero));
    }

    [Fact]
    public void Reset_ToZero_LetsAllThrough()
    {
        ICountdown countdown = Scope.CreateCountdown(2);
        Task<bool> unit = Start(static (ICountdown countdown) => countdown.Wait(Waits.Hang), countdown);
        UntilWaiting(countdown, 1);

        countdown.Reset(0);

        Assert.True(End(unit));
        Assert.True(countdown.IsSet);
        Assert.Equal("count", Assert.Throws<ArgumentOutOfRangeException>(() => countdown.Reset(-1)).ParamName);
    }

    [Fact]
    public void Signal_ByUnits_LetsWaitersThroughWhenAllHave()
    {
        const int Units = 4;
        const int Times = 50;
        ICountdown countdown = Scope.CreateCountdown(Units * Times);
        Task<bool> flow = InFlow(async () => await countdown.WaitAsync());

        Task<int>[] units = StartMany(Units, SignalOften, countdown, Times);
        countdown.Wait();

        // One signal of all brought it to 0.
        Assert.Equal(1, End(units).Sum());
        Assert.True(End(flow));
        Assert.Equal(0, countdown.CurrentCount);
    }

    private static int SignalOften(ICountdown countdown, int times) => Enumerable.Range(0, times).Count(_ => countdown.Signal());
}

public sealed class ThreadScopeCountdownTests() : CountdownContract(Setting.Threads);

public sealed class CountdownBetweenProcessesTests() : CountdownContract(Setting.Processes);

public sealed class CountdownBetweenThreadsAndProcessesTests() : CountdownContract(Setting.Mixed);

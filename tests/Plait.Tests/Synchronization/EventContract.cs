using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <summary>What <see cref="IEvent"/> keeps that stays set.</summary>
public abstract class EventContract : WaitContract
{
    private protected EventContract(Setting setting)
        : base(setting)
    {
    }

    private protected override Waitable Create(string? name = null) => new WaitableEvent(Scope.CreateEvent(name: name));

    [Fact]
    public void IsSet_AfterEachUse_IsWhatTheLastCallMadeIt()
    {
        IEvent signal = Scope.CreateEvent();
        Assert.Equal((false, EventMode.Manual), (signal.IsSet, signal.Mode));

        signal.Set();
        Assert.True(signal.IsSet);
        signal.Set();
        Assert.True(signal.IsSet);
        signal.Wait();
        Assert.True(signal.IsSet);
        signal.Reset();
        Assert.False(signal.IsSet);
        signal.Reset();
        Assert.False(signal.IsSet);
        Assert.False(signal.Wait(TimeSpan.Zero));
        Assert.True(Scope.CreateEvent(isSet: true).IsSet);
    }

    [Fact]
    public void Set_WhileUnitsWait_LetsAllThroughAndStaysSet()
    {
        const int Units = 3;
        IEvent signal = Scope.CreateEvent();
        for (int round = 0; round < 2; round++)
        {
            Task<string>[] units = StartMany(Units, WaitTwice, signal);
            UntilWaiting(signal, Units);
            Assert.DoesNotContain(units, static unit => unit.IsCompleted);

            signal.Set();

            // Once it is set the second wait of each does not wait.
            Assert.All(End(units), static seen => Assert.Equal("True True", seen));
            signal.Set();
            signal.Reset();
        }
    }

    [Fact]
    public void Set_AndResetAtOnce_LetsThroughWhoeverWaited()
    {
        const int Units = 3;
        IEvent signal = Scope.CreateEvent();
        Task<bool>[] units = StartMany(Units, static (IEvent signal) => signal.Wait(Waits.Hang), signal);
        Task<bool> flow = InFlow(async () => await signal.WaitAsync(Waits.Hang));
        UntilWaiting(signal, Units + 1);

        signal.Set();
        signal.Reset();

        Assert.All(End([.. units, flow]), Assert.True);
        Assert.False(signal.IsSet);
        Assert.False(signal.Wait(TimeSpan.Zero));
    }

    [Fact]
    public void Set_AndResetManyTimes_LosesNoWait()
    {
        const int Rounds = 200;
        IEvent signal = Scope.CreateEvent();
        IBarrier meeting = Scope.CreateBarrier(3);
        Task<int>[] units = StartMany(2, WaitAndMeet, signal, meeting, Rounds);

        for (int round = 0; round < Rounds; round++)
        {
            UntilWaiting(signal, units.Length);
            signal.Set();
            signal.Reset();
            meeting.Wait();
        }

        Assert.All(End(units), static passed => Assert.Equal(Rounds, passed));
    }

    // The meeting keeps a unit from waiting again while the signal is still set.
    private static int WaitAndMeet(IEvent signal, IBarrier meeting, int rounds) => Enumerable.Range(0, rounds).Count(_ =>
    {
        bool hasPassed = signal.Wait(Waits.Hang);
        meeting.Wait();
        return hasPassed;
    });

    [Fact]
    public void Set_ByAUnit_IsSeenByAll()
    {
        IEvent signal = Scope.CreateEvent();

        Task<bool> here = OnThread(() => signal.Wait());
        End(Start(
            static (IEvent signal) =>
            {
                signal.Set();
                return signal.IsSet;
            },
            signal));

        Assert.True(End(here));
        Assert.True(signal.IsSet);
        Assert.True(End(Start(static (IEvent signal) => signal.IsSet && signal.Wait(TimeSpan.Zero), signal)));
    }

    [Fact]
    public void Wait_ByUnitsWhenTheTimeIsOver_IsFalse()
    {
        IEvent signal = Scope.CreateEvent();

        Assert.Equal("False False", End(Start(WaitShortly, signal)));
        signal.Set();
        Assert.Equal("True True", End(Start(WaitShortly, signal)));
    }

    [Fact]
    public void Set_AfterDispose_IsRefused()
    {
        IEvent signal = Scope.CreateEvent();
        signal.Dispose();

        Assert.Throws<ObjectDisposedException>(signal.Set);
        Assert.Throws<ObjectDisposedException>(signal.Reset);
    }

    private static string WaitTwice(IEvent signal) => $"{signal.Wait(Waits.Hang)} {signal.Wait(Waits.Hang)}";

    private static string WaitShortly(IEvent signal) => $"{signal.Wait(TimeSpan.Zero)} {signal.Wait(Short)}";
}

/// <summary>What <see cref="IEvent"/> keeps that lets one wait through.</summary>
public abstract class AutoEventContract : WaitContract
{
    private protected AutoEventContract(Setting setting)
        : base(setting)
    {
    }

    private protected override Waitable Create(string? name = null) => new WaitableEvent(Scope.CreateEvent(mode: EventMode.Auto, name: name));

    [Fact]
    public void Wait_OnceItIsSet_ResetsIt()
    {
        IEvent signal = Scope.CreateEvent(isSet: true, EventMode.Auto);
        Assert.Equal((true, EventMode.Auto), (signal.IsSet, signal.Mode));

        Assert.True(signal.Wait(TimeSpan.Zero));
        Assert.False(signal.IsSet);
        Assert.False(signal.Wait(TimeSpan.Zero));
        signal.Set();
        signal.Set();
        Assert.True(signal.Wait(TimeSpan.Zero));
        Assert.False(signal.Wait(TimeSpan.Zero));
        signal.Set();
        signal.Reset();
        Assert.False(signal.Wait(TimeSpan.Zero));
    }

    [Fact]
    public void Set_WhileUnitsWait_LetsOneThroughAtATime()
    {
        const int Units = 3;
        IEvent signal = Scope.CreateEvent(mode: EventMode.Auto);
        string path = NewNumbers();
        using var numbers = new Numbers(path);
        Task<int>[] units = StartMany(Units, WaitAndNote, signal, path);
        UntilWaiting(signal, Units);

        for (int i = 1; i <= Units; i++)
        {
            signal.Set();
            Until(() => numbers[0] == i);
            Assert.Equal((Units - i, false), (signal.GetStatistics().Waiting, signal.IsSet));
        }

        End(units);
    }

    [Fact]
    public void Set_AndResetAtOnce_LetsThroughOneWhoWaited()
    {
        IEvent signal = Scope.CreateEvent(mode: EventMode.Auto);
        Task<bool>[] units = StartMany(2, static (IEvent signal) => signal.Wait(Waits.Hang), signal);
        UntilWaiting(signal, 2);

        signal.Set();
        signal.Reset();
        UntilWaiting(signal, 1);
        signal.Set();

        Assert.All(End(units), Assert.True);
        Assert.False(signal.IsSet);
    }

    private static int WaitAndNote(IEvent signal, string path)
    {
        signal.Wait();
        Numbers.Append(path, 1);
        return 1;
    }
}

public sealed class ThreadScopeEventTests() : EventContract(Setting.Threads);

public sealed class EventBetweenProcessesTests() : EventContract(Setting.Processes);

public sealed class EventBetweenThreadsAndProcessesTests() : EventContract(Setting.Mixed);

public sealed class ThreadScopeAutoEventTests() : AutoEventContract(Setting.Threads);

public sealed class AutoEventBetweenProcessesTests() : AutoEventContract(Setting.Processes);

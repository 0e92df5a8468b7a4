using Plait.Synchronization;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <summary>What everything keeps that is acquired with a <see cref="Hold"/>: how it blocks, gives up, is cancelled, awaited and released.</summary>
public abstract partial class HoldContract : SynchronizationTest
{
    private protected static readonly TimeSpan Short = TimeSpan.FromMilliseconds(20);

    private protected HoldContract(Setting setting)
        : base(setting)
    {
    }

    /// <summary>Makes one that is free, and that one agent can block for all others.</summary>
    private protected abstract Acquirable Create(string? name = null);

    [Fact]
    public void Acquire_WhenFree_HoldsUntilTheRelease()
    {
        Acquirable gate = Create();
        Assert.True(gate.IsFree());

        Hold hold = gate.Acquire();

        Assert.True(hold.IsHeld);
        Assert.False(hold.IsAbandoned);
        Assert.Null(hold.AbandonedBy);
        Assert.False(gate.IsFree());
        hold.Release();
        Assert.False(hold.IsHeld);
        Assert.True(gate.IsFree());
    }

    [Fact]
    public void Acquire_WhenHeld_WaitsForTheRelease()
    {
        Acquirable gate = Create();
        Task<bool> waiter;
        using (Holder.Of(gate.Block))
        {
            waiter = OnThread(() =>
            {
                using Hold hold = gate.Acquire();
                return hold.IsHeld;
            });
            UntilWaiting(gate.Synchronizer, 1);
            Assert.False(waiter.IsCompleted);
        }

        Assert.True(End(waiter));
        Assert.True(gate.IsFree());
        Assert.Equal(0, gate.Statistics.Waiting);
    }

    [Fact]
    public void Acquire_InAUsingThatThrows_IsReleased()
    {
        Acquirable gate = Create();

        using (gate.Acquire())
        {
        }

        Assert.True(gate.IsFree());
        Assert.Throws<InvalidDataException>((Action)(() =>
        {
            using (gate.Acquire())
            {
                throw new InvalidDataException();
            }
        }));
        Assert.True(gate.IsFree());
    }

    [Fact]
    public void TryAcquire_WhenFree_HoldsUntilTheRelease()
    {
        Acquirable gate = Create();

        Assert.True(gate.TryAcquire(out Hold hold));
        Assert.True(hold.IsHeld);
        Assert.False(gate.IsFree());
        hold.Release();
        Assert.True(gate.TryAcquire(TimeSpan.Zero, out hold));
        Assert.True(hold.IsHeld);
        Assert.False(gate.IsFree());
        hold.Release();
        Assert.True(gate.IsFree());
    }

    [Fact]
    public void TryAcquire_WhenHeld_IsFalseAtOnce()
    {
        Acquirable gate = Create();
        using Holder holder = Holder.Of(gate.Block);

        Assert.False(gate.TryAcquire(out Hold hold));
        Assert.Equal(default, hold);
        Assert.False(gate.TryAcquire(TimeSpan.Zero, out hold));
        Assert.Equal(default, hold);
        Assert.False(hold.IsHeld);
        Assert.True(holder.Hold.IsHeld);
        Assert.Equal((0, 0), (gate.Statistics.Waits, gate.Statistics.Waiting));
    }

    [Fact]
    public void TryAcquire_WhenTheTimeIsOver_IsFalseAndLeavesNothing()
    {
        Acquirable gate = Create();
        using (Holder.Of(gate.Block))
        {
            long begin = TimeProvider.System.GetTimestamp();

            Assert.False(gate.TryAcquire(Short, out Hold hold));

            Assert.True(TimeProvider.System.GetElapsedTime(begin) >= Short);
            Assert.Equal(default, hold);
            Assert.Equal((0, 1), (gate.Statistics.Waiting, gate.Statistics.Timeouts));
        }

        Assert.True(gate.IsFree());
        Assert.True(gate.TryAcquire(out Hold after));
        after.Release();
    }

    [Fact]
    public async Task TryAcquire_WithAnyTimeThatIsNotNegative_AcquiresWhatIsFree()
    {
        Acquirable gate = Create();

        foreach (TimeSpan timeout in Times)
        {
            Assert.True(gate.TryAcquire(timeout, out Hold hold), $"{timeout}");
            hold.Release();
            Assert.True(await gate.TryAcquireAsync(timeout) is { IsHeld: true } later && Released(later), $"{timeout}");
        }

        static bool Released(Hold hold)
        {
            hold.Release();
            return true;
        }
    }

    [Fact]
    public void TryAcquire_WithALongTime_WaitsForTheRelease()
    {
        Acquirable gate = Create();
        Task<bool>[] waiters;
        using (Holder.Of(gate.Block))
        {
            waiters = [.. LongTimes.Select(timeout => OnThread(() =>
            {
                bool acquired = gate.TryAcquire(timeout, out Hold hold);
                hold.Dispose();
                return acquired;
            }))];
            UntilWaiting(gate.Synchronizer, waiters.Length);
        }

        Assert.All(End(waiters), Assert.True);
    }

    [Fact]
    public async Task TryAcquire_WithANegativeTime_IsRefused()
    {
        Acquirable gate = Create();

        foreach (TimeSpan timeout in NegativeTimes)
        {
            Assert.Equal("timeout", Assert.Throws<ArgumentOutOfRangeException>(() => gate.TryAcquire(timeout, out _)).ParamName);
            Assert.Equal("timeout", (await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await gate.TryAcquireAsync(timeout))).ParamName);
        }

        Assert.True(gate.IsFree());
    }
}

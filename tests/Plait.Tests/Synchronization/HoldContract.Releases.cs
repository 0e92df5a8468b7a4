using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <content>The hold: the right to release, once.</content>
public abstract partial class HoldContract
{
    /// <summary>Whether the next to acquire is the next holder, who is told that the one before was gone without a release.</summary>
    protected virtual bool ReportsAbandonment => true;

    [Fact]
    public void Release_FromAnotherThread_Releases()
    {
        Acquirable gate = Create();
        Hold hold = gate.Acquire();

        End(OnThread(hold.Release));

        Assert.False(hold.IsHeld);
        Assert.True(gate.IsFree());
        gate.Acquire().Release();
    }

    [Fact]
    public void Release_OfWhatAFlowHolds_WorksFromAThread()
    {
        Acquirable gate = Create();
        Hold hold = End(InFlow(async () => await gate.AcquireAsync()));
        Assert.True(hold.IsHeld);

        End(OnThread(hold.Release));

        Assert.True(gate.IsFree());
    }

    [Fact]
    public void Release_Twice_IsRefused()
    {
        Acquirable gate = Create();
        Hold hold = gate.Acquire();
        Hold copy = hold;
        hold.Release();

        SynchronizationException error = Assert.Throws<SynchronizationException>(hold.Release);

        Assert.Contains(gate.Synchronizer.Name, error.Message, StringComparison.Ordinal);
        Assert.Throws<SynchronizationException>(copy.Release);
        Assert.True(gate.IsFree());
    }

    [Fact]
    public void Release_ByManyThreadsAtOnce_IsDoneByOne()
    {
        Acquirable gate = Create();
        for (int round = 0; round < 50; round++)
        {
            Hold hold = gate.Acquire();
            using var start = new Barrier(4);

            bool[] released = End(Enumerable.Range(0, 4).Select(_ => OnThread(() =>
            {
                start.SignalAndWait();
                return Record.Exception(hold.Release) is null;
            })));

            Assert.Equal(1, released.Count(static done => done));
            Assert.True(gate.IsFree());
        }
    }

    [Fact]
    public void Dispose_OfAReleasedHold_DoesNothing()
    {
        Acquirable gate = Create();
        Hold hold = gate.Acquire();

        hold.Dispose();
        hold.Dispose();
        Assert.True(gate.IsFree());

        using Hold next = gate.Acquire();
        hold.Dispose();
        Assert.True(next.IsHeld);
        Assert.False(gate.IsFree());
    }

    [Fact]
    public void Release_OfAStaleCopy_LeavesTheNextHolderAlone()
    {
        Acquirable gate = Create();
        Hold stale = gate.Acquire();
        stale.Release();
        using Holder next = Holder.Of(gate.Block);

        Assert.Throws<SynchronizationException>(stale.Release);
        stale.Dispose();

        Assert.False(stale.IsHeld);
        Assert.True(next.Hold.IsHeld);
        Assert.False(gate.IsFree());
    }

    [Fact]
    public void Equals_OfHolds_SaysWhetherTheyAreTheSameRight()
    {
        Acquirable gate = Create();
        Hold hold = gate.Acquire();
        Hold copy = hold;
        hold.Release();
        Hold next = gate.Acquire();

        Assert.True(hold == copy && hold.Equals((object)copy) && !(hold != copy));
        Assert.Equal(hold.GetHashCode(), copy.GetHashCode());
        Assert.True(hold != next && !hold.Equals(next));
        Assert.NotEqual(default, next);
        next.Release();
    }

    [Fact]
    public void Release_OfTheDefaultHold_IsRefused()
    {
        Hold none = default;

        Assert.Throws<SynchronizationException>(none.Release);
        Assert.Throws<SynchronizationException>(() => none.HandOver());
        none.Dispose();
        Assert.False(none.IsHeld || none.IsAbandoned);
        Assert.Null(none.AbandonedBy);
    }

    [Fact]
    public void HandOver_ByAThreadThatEnds_KeepsItHeld()
    {
        Acquirable gate = Create();

        Hold handed = End(OnThread(() => gate.Block().HandOver()));

        Assert.True(handed.IsHeld);
        Assert.False(gate.TryAcquire(Short, out _));
        handed.Release();
        Assert.False(handed.IsHeld);
        using Hold next = gate.Acquire();
        Assert.False(next.IsAbandoned);
    }

    [Fact]
    public void HandOver_OfAReleasedHold_IsRefused()
    {
        Acquirable gate = Create();
        Hold hold = gate.Acquire();
        hold.Release();

        Assert.Throws<SynchronizationException>(() => hold.HandOver());
        Assert.True(gate.IsFree());
    }

    [Fact]
    public void Acquire_AfterAThreadEndedWithIt_IsAbandonedOnce()
    {
        Acquirable gate = Create();
        End(OnThread(gate.Block));

        Assert.True(gate.TryAcquire(Waits.Hang, out Hold next));

        AssertAbandoned(gate, next);
        Assert.Equal((0, true), (next.AbandonedBy?.FlowId ?? 0, (next.AbandonedBy?.ThreadId ?? 1) > 0));
        next.Release();
        using Hold last = gate.Acquire();
        Assert.False(last.IsAbandoned);
    }

    [Fact]
    public void Acquire_AfterAFlowWasCollectedWithIt_IsAbandonedOnce()
    {
        Acquirable gate = Create();
        End(InFlow(async () => { _ = await BlockAsync(gate); }));
        Hold next = default;

        Until(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return gate.TryAcquire(Short, out next);
        });

        AssertAbandoned(gate, next);
        next.Release();
        using Hold last = gate.Acquire();
        Assert.False(last.IsAbandoned);
    }

    [Fact]
    public void Acquire_OnManyThreadsOneAfterAnother_WorksOnEach()
    {
        Acquirable gate = Create();

        for (int i = 0; i < 500; i++)
        {
            End(OnThread(() => gate.Acquire().Release()));
        }

        Assert.Equal((500, 0), (gate.Statistics.Acquisitions, gate.Statistics.Abandonments));
    }

    private void AssertAbandoned(Acquirable gate, Hold next)
    {
        Assert.Equal(1, gate.Statistics.Abandonments);
        if (ReportsAbandonment)
        {
            Assert.True(next.IsAbandoned);
            Assert.Equal(Environment.ProcessId, next.AbandonedBy?.Pid);
        }
    }
}

using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <content>Async forms, and what the tests of all forms share.</content>
public abstract partial class HoldContract
{
    private static readonly TimeSpan[] LongTimes = [Timeout.InfiniteTimeSpan, TimeSpan.MaxValue, TimeSpan.FromHours(1)];

    private static readonly TimeSpan[] Times = [TimeSpan.Zero, TimeSpan.FromTicks(1), TimeSpan.FromMilliseconds(20), .. LongTimes];

    private static readonly TimeSpan[] NegativeTimes = [TimeSpan.FromTicks(-1), TimeSpan.FromMilliseconds(-2), TimeSpan.MinValue];

    /// <summary>Every form of acquiring that waits, each by an agent of its own.</summary>
    private static Task<Hold?>[] AttemptAll(Acquirable gate, CancellationToken token) =>
    [
        OnThread(() => (Hold?)gate.Acquire(token)),
        OnThread(() => gate.TryAcquire(TimeSpan.FromHours(1), out Hold hold, token) ? hold : (Hold?)null),
        InFlow(async () => (Hold?)await gate.AcquireAsync(token)),
        InFlow(async () => await gate.TryAcquireAsync(TimeSpan.FromHours(1), token)),
    ];

    private static Task<OperationCanceledException> CancellationOf(Task<Hold?> attempt) =>
        Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await attempt.InTime());

    [Fact]
    public async Task AcquireAsync_WhenFree_CompletesAtOnce()
    {
        Acquirable gate = Create();

        ValueTask<Hold> first = gate.AcquireAsync();
        Assert.True(first.IsCompletedSuccessfully);
        Hold hold = await first;
        Assert.True(hold.IsHeld);
        Assert.False(gate.IsFree());
        hold.Release();

        ValueTask<Hold?> second = gate.TryAcquireAsync(TimeSpan.Zero);
        Assert.True(second.IsCompletedSuccessfully);
        hold = Assert.NotNull(await second);
        Assert.True(hold.IsHeld);
        hold.Release();
        Assert.True(gate.IsFree());
    }

    [Fact]
    public void AcquireAsync_WhenHeld_CompletesAfterTheRelease()
    {
        Acquirable gate = Create();
        Task<bool>[] waiters;
        using (Holder.Of(gate.Block))
        {
            waiters =
            [
                InFlow(async () =>
                {
                    using Hold hold = await gate.AcquireAsync();
                    return hold.IsHeld;
                }),
                .. LongTimes.Select(timeout => InFlow(async () =>
                {
                    Hold? hold = await gate.TryAcquireAsync(timeout);
                    hold?.Dispose();
                    return hold is not null;
                })),
            ];
            UntilWaiting(gate.Synchronizer, waiters.Length);
            Assert.DoesNotContain(waiters, static waiter => waiter.IsCompleted);
        }

        Assert.All(End(waiters), Assert.True);
        Assert.True(gate.IsFree());
    }

    [Fact]
    public async Task TryAcquireAsync_WhenTheTimeIsOver_IsNull()
    {
        Acquirable gate = Create();
        using (Holder.Of(gate.Block))
        {
            Assert.Null(await gate.TryAcquireAsync(TimeSpan.Zero));
            long begin = TimeProvider.System.GetTimestamp();

            Assert.Null(await gate.TryAcquireAsync(Short));

            Assert.True(TimeProvider.System.GetElapsedTime(begin) >= Short);
            Assert.Equal(0, gate.Statistics.Waiting);
        }

        Assert.True(gate.IsFree());
    }

    [Fact]
    public void AcquireAsync_OfAThousandFlows_ParksNoThread()
    {
        const int Flows = 1000;
        Acquirable gate = Create();
        int threads = Directory.GetDirectories("/proc/self/task").Length;
        Task<bool>[] flows;
        using (Holder.Of(gate.Block))
        {
            flows = [.. Enumerable.Range(0, Flows).Select(_ => InFlow(async () =>
            {
                using Hold hold = await gate.AcquireAsync();
                return hold.IsHeld;
            }))];
            UntilWaiting(gate.Synchronizer, Flows);
            Assert.InRange(Directory.GetDirectories("/proc/self/task").Length - threads, int.MinValue, Flows / 20);
        }

        Assert.All(End(flows), Assert.True);
        Assert.True(gate.IsFree());
    }

    [Fact]
    public void AcquireAsync_OfAFlowThatThenBlocks_DoesNotHoldUpTheReleaser()
    {
        Acquirable gate = Create();
        using var goOn = new ManualResetEventSlim();
        Task<bool> flow;
        using (Holder holder = Holder.Of(gate.Block))
        {
            flow = InFlow(async () =>
            {
                using Hold hold = await gate.AcquireAsync();
                return goOn.Wait(Waits.Hang);
            });
            UntilWaiting(gate.Synchronizer, 1);

            holder.Hold.Release();
        }

        goOn.Set();
        Assert.True(End(flow));
    }

    [Fact]
    public void AcquireAsync_ByAFlowThatChangesThreads_HoldsAcrossAwaits()
    {
        Acquirable gate = Create();
        using var middle = new SemaphoreSlim(0);
        using var goOn = new SemaphoreSlim(0);

        Task<bool> flow = InFlow(async () =>
        {
            using Hold hold = await gate.AcquireAsync();
            for (int i = 0; i < 100; i++)
            {
                await Task.Yield();
            }

            middle.Release();
            await goOn.WaitAsync();
            return hold.IsHeld;
        });

        Assert.True(middle.Wait(Waits.Hang));
        Assert.False(gate.IsFree());
        goOn.Release();
        Assert.True(End(flow));
        Assert.True(gate.IsFree());
    }

    [Fact]
    public void Acquire_ByThreadsAndFlowsTogether_IsGrantedToAll()
    {
        const int Rounds = 200;
        Acquirable gate = Create();
        int inside = 0;
        int most = 0;
        int entries = 0;

        void Enter()
        {
            most = Math.Max(most, ++inside);
            entries++;
            inside--;
        }

        IEnumerable<Task<bool>> threads = Enumerable.Range(0, 3).Select(_ => OnThread(() =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                using (gate.Block())
                {
                    Enter();
                }
            }
        }));
        IEnumerable<Task<bool>> flows = Enumerable.Range(0, 3).Select(_ => InFlow(async () =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                using (await BlockAsync(gate))
                {
                    Enter();
                }
            }
        }));

        End([.. threads, .. flows]);
        Assert.Equal((6 * Rounds, 1), (entries, most));
    }

    /// <summary>As <see cref="Acquirable.Block"/>, without blocking a thread.</summary>
    private protected virtual ValueTask<Hold> BlockAsync(Acquirable gate) => gate.AcquireAsync();
}

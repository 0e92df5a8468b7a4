using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <summary>What everything keeps that is waited for: how it blocks, gives up, is cancelled and awaited.</summary>
public abstract partial class WaitContract : SynchronizationTest
{
    private protected static readonly TimeSpan Short = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan[] s_longTimes = [Timeout.InfiniteTimeSpan, TimeSpan.MaxValue, TimeSpan.FromHours(1)];

    private static readonly TimeSpan[] s_times = [TimeSpan.Zero, TimeSpan.FromTicks(1), Short, .. s_longTimes];

    private static readonly TimeSpan[] s_negativeTimes = [TimeSpan.FromTicks(-1), TimeSpan.FromMilliseconds(-2), TimeSpan.MinValue];

    private protected WaitContract(Setting setting)
        : base(setting)
    {
    }

    /// <summary>Makes one that lets nobody through yet.</summary>
    private protected abstract Waitable Create(string? name = null);

    [Fact]
    public async Task Wait_WhenOpen_ReturnsAtOnce()
    {
        Waitable gate = Create();

        gate.Let();
        gate.Wait();
        foreach (TimeSpan timeout in s_times)
        {
            gate.Let();
            Assert.True(gate.Wait(timeout), $"{timeout}");
            gate.Let();
            Assert.True(await gate.WaitAsync(timeout), $"{timeout}");
        }

        gate.Let();
        ValueTask last = gate.WaitAsync();
        Assert.True(last.IsCompletedSuccessfully);
        await last;
        Assert.Equal((0, 0), (gate.Statistics.Waits, gate.Statistics.Waiting));
    }

    [Fact]
    public void Wait_WhenClosed_WaitsUntilItIsLetThrough()
    {
        Waitable gate = Create();
        Task<bool>[] waiters =
        [
            OnThread(() => gate.Wait()),
            .. s_longTimes.Select(timeout => OnThread(() => gate.Wait(timeout))),
            InFlow(async () => await gate.WaitAsync()),
            .. s_longTimes.Select(timeout => InFlow(async () => await gate.WaitAsync(timeout))),
        ];
        UntilWaiting(gate.Synchronizer, waiters.Length);
        Assert.DoesNotContain(waiters, static waiter => waiter.IsCompleted);

        gate.Let(waiters.Length);

        Assert.All(End(waiters), Assert.True);
        Assert.Equal(0, gate.Statistics.Waiting);
    }

    [Fact]
    public async Task Wait_WhenTheTimeIsOver_IsFalse()
    {
        Waitable gate = Create();
        Assert.False(gate.Wait(TimeSpan.Zero));
        Assert.False(await gate.WaitAsync(TimeSpan.Zero));
        Assert.Equal(0, gate.Statistics.Waits);

        long begin = TimeProvider.System.GetTimestamp();
        Assert.False(gate.Wait(Short));
        Assert.True(TimeProvider.System.GetElapsedTime(begin) >= Short);
        begin = TimeProvider.System.GetTimestamp();
        Assert.False(await gate.WaitAsync(Short));
        Assert.True(TimeProvider.System.GetElapsedTime(begin) >= Short);

        gate.Let();
        Assert.True(gate.Wait(TimeSpan.Zero));
        Assert.Equal(0, gate.Statistics.Waiting);
    }

    [Fact]
    public async Task Wait_WithANegativeTime_IsRefused()
    {
        Waitable gate = Create();
        gate.Let();

        foreach (TimeSpan timeout in s_negativeTimes)
        {
            Assert.Equal("timeout", Assert.Throws<ArgumentOutOfRangeException>(() => gate.Wait(timeout)).ParamName);
            Assert.Equal("timeout", (await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await gate.WaitAsync(timeout))).ParamName);
        }

        // Nothing was taken.
        Assert.True(gate.Wait(TimeSpan.Zero));
    }

    [Fact]
    public async Task Wait_WithACancelledToken_DoesNotWaitAndTakesNothing()
    {
        Waitable gate = Create();
        gate.Let();
        using var source = new CancellationTokenSource();
        await source.CancelAsync();

        Assert.All(
            await Task.WhenAll(WaitInEveryForm(gate, source.Token).Select(CancellationOf)),
            error => Assert.Equal(source.Token, error.CancellationToken));
        Assert.True(gate.Wait(TimeSpan.Zero));
        Assert.Equal(0, gate.Statistics.Waiting);
    }

    [Fact]
    public async Task Wait_CancelledMeanwhile_Ends()
    {
        Waitable gate = Create();
        using var source = new CancellationTokenSource();
        Task<bool>[] waiters = WaitInEveryForm(gate, source.Token);
        Task<bool> patient = OnThread(() => gate.Wait());
        UntilWaiting(gate.Synchronizer, waiters.Length + 1);

        await source.CancelAsync();

        Assert.All(await Task.WhenAll(waiters.Select(CancellationOf)), error => Assert.Equal(source.Token, error.CancellationToken));
        Assert.Equal((1, 4), (gate.Statistics.Waiting, gate.Statistics.Timeouts));
        Assert.False(patient.IsCompleted);
        gate.Let();
        await patient.InTime();
    }

    [Fact]
    public void WaitAsync_OfAThousandFlows_ParksNoThread()
    {
        const int Flows = 1000;
        Waitable gate = Create();
        int threads = Directory.GetDirectories("/proc/self/task").Length;

        Task<bool>[] flows = [.. Enumerable.Range(0, Flows).Select(_ => InFlow(async () => await gate.WaitAsync()))];
        UntilWaiting(gate.Synchronizer, Flows);
        Assert.InRange(Directory.GetDirectories("/proc/self/task").Length - threads, int.MinValue, Flows / 20);

        gate.Let(Flows);
        Assert.All(End(flows), Assert.True);
    }

    [Fact]
    public void WaitAsync_OfAFlowThatThenBlocks_DoesNotHoldUpWhoLetsItThrough()
    {
        Waitable gate = Create();
        using var goOn = new ManualResetEventSlim();
        Task<bool> flow = InFlow(async () =>
        {
            await gate.WaitAsync();
            return goOn.Wait(Waits.Hang);
        });
        UntilWaiting(gate.Synchronizer, 1);

        End(OnThread(() => gate.Let()));

        goOn.Set();
        Assert.True(End(flow));
    }

    private static Task<bool>[] WaitInEveryForm(Waitable gate, CancellationToken token) =>
    [
        OnThread(() => gate.Wait(token)),
        OnThread(() => gate.Wait(TimeSpan.FromHours(1), token)),
        InFlow(async () => await gate.WaitAsync(token)),
        InFlow(async () => await gate.WaitAsync(TimeSpan.FromHours(1), token)),
    ];

    private static Task<OperationCanceledException> CancellationOf(Task<bool> wait) =>
        Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await wait.InTime());
}

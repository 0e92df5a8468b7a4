using Plait.Synchronization;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <content>Tokens.</content>
public abstract partial class HoldContract
{
    [Fact]
    public async Task Acquire_WithACancelledToken_AcquiresNothing()
    {
        Acquirable gate = Create();
        using var source = new CancellationTokenSource();
        await source.CancelAsync();

        Assert.All(
            await Task.WhenAll(AttemptAll(gate, source.Token).Select(CancellationOf)),
            error => Assert.Equal(source.Token, error.CancellationToken));
        Assert.True(gate.IsFree());
        Assert.Equal(0, gate.Statistics.Waiting);
    }

    [Fact]
    public async Task Acquire_CancelledWhileItWaits_AcquiresNothing()
    {
        Acquirable gate = Create();
        using var source = new CancellationTokenSource();
        using (Holder.Of(gate.Block))
        {
            Task<Hold?>[] waiters = AttemptAll(gate, source.Token);
            UntilWaiting(gate.Synchronizer, waiters.Length);
            Assert.DoesNotContain(waiters, static waiter => waiter.IsCompleted);

            await source.CancelAsync();

            Assert.All(await Task.WhenAll(waiters.Select(CancellationOf)), error => Assert.Equal(source.Token, error.CancellationToken));
            Assert.Equal((0, 4), (gate.Statistics.Waiting, gate.Statistics.Timeouts));
        }

        Assert.True(gate.IsFree());
    }

    [Fact]
    public async Task Acquire_CancelledAfterItAcquired_IsHeld()
    {
        Acquirable gate = Create();
        using var source = new CancellationTokenSource();

        Hold hold = await gate.AcquireAsync(source.Token);
        await source.CancelAsync();

        Assert.True(hold.IsHeld);
        Assert.False(gate.IsFree());
        hold.Release();
    }

    [Fact]
    public void Acquire_BetweenWaitersThatGiveUp_IsGranted()
    {
        Acquirable gate = Create();
        using var source = new CancellationTokenSource();
        Task<bool> patient;
        using (Holder.Of(gate.Block))
        {
            Task<Hold?>[] before = AttemptAll(gate, source.Token);
            UntilWaiting(gate.Synchronizer, before.Length);
            patient = OnThread(() =>
            {
                using Hold hold = gate.Acquire();
                return hold.IsHeld;
            });
            UntilWaiting(gate.Synchronizer, before.Length + 1);
            Task<Hold?>[] after = AttemptAll(gate, source.Token);
            UntilWaiting(gate.Synchronizer, before.Length + 1 + after.Length);

            source.Cancel();
            UntilWaiting(gate.Synchronizer, 1);
        }

        Assert.True(End(patient));
        Assert.True(gate.IsFree());
    }
}

using Plait.Memory;
using Plait.Processes;
using Plait.Processes.Bootstrap;
using Plait.Processes.Channels;
using Xunit;

namespace Plait.Tests.Processes.Bootstrap;

/// <summary>What a worker that runs several calls at once has done by the time it has claimed one: docs/design/worker-protocol.md, "Lanes".</summary>
public sealed class CallClaimTests
{
    [Fact]
    public void TryClaim_OfACallWhoseThreadIsLate_LetsItBeCancelledAllTheSame()
    {
        using Channel channel = Channel.Create(lanes: 4);
        var tokens = new CallTokens(several: true);
        Assert.True(CallRunner.TryClaim(channel, tokens, 1));

        // Another thread has had its turn, and its call has begun and ended, before this one does anything about its own.
        InAnotherThread(() =>
        {
            Assert.True(CallRunner.TryClaim(channel, tokens, 2));
            tokens.End(2);
        });
        tokens.Cancel(1);

        Assert.True(tokens.Current.IsCancellationRequested);
    }

    [Fact]
    public void TryClaim_OfTheCallBeforeACancelledOne_LeavesThatCancelled()
    {
        using Channel channel = Channel.Create(lanes: 4);
        var tokens = new CallTokens(several: true);
        tokens.Cancel(2);
        Assert.True(CallRunner.TryClaim(channel, tokens, 1));

        InAnotherThread(() =>
        {
            Assert.True(CallRunner.TryClaim(channel, tokens, 2));
            Assert.True(tokens.Current.IsCancellationRequested);
        });
        Assert.False(tokens.Current.IsCancellationRequested);
    }

    [Fact]
    public void TryClaim_OfACallThatWasTakenBack_BeginsNothing()
    {
        using Channel channel = Channel.Create(lanes: 4);
        var tokens = new CallTokens(several: true);
        channel.State.Claim += ChannelState.Withdrawal;

        Assert.False(CallRunner.TryClaim(channel, tokens, 1));
        Assert.True(CallRunner.TryClaim(channel, tokens, ChannelState.Withdrawal | 1));

        // What is said of the one that was taken back is not for the one that has its number.
        tokens.Cancel(1);
        Assert.False(tokens.Current.IsCancellationRequested);
    }

    private static void InAnotherThread(Action action)
    {
        Exception? error = null;
        var thread = new Thread(() => error = Record.Exception(action));
        thread.Start();
        thread.Join();
        Assert.Null(error);
    }
}

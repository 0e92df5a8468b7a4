using Xunit;
using static Plait.Tests.Models.SpinModel;

namespace Plait.Tests.Models;

/// <summary>The models of the channel between processes and of the calls in a worker: docs/design/channel.md and worker-protocol.md.</summary>
public sealed class ProcessModelTests
{
    public static TheoryData<string> BrokenChannels =>
    [
        "NO_WAKER_FENCE",
        "NO_SLEEPER_FENCE",
        "FLAG_DOWN_AFTER_BELL",
        "BELL_AFTER_LOOK",
        "CLOSE_WITHOUT_BELL",
        "PUBLISH_BEFORE_COPY",
        "CONSUME_BEFORE_COPY",
        "NO_BELL_WHEN_FULL",
        "END_BEFORE_LAST_LOOK",
    ];

    public static TheoryData<string> BrokenWorkerCalls =>
    [
        "PLAIN_CLAIM",
        "PLAIN_WITHDRAWAL",
        "CALL_WITHOUT_NUMBER",
        "RESTART_MARKER",
        "KILL_WITHOUT_WITHDRAWAL",
        "SEND_AFTER_KILL",
        "CANCEL_WITHOUT_NUMBER",
        "DEAD_WITHOUT_DRAIN",
    ];

    [Fact]
    public async Task Channel_EveryInterleaving_HoldsItsAssertions()
    {
        string report = await VerifyAsync("channel.pml", [], ["-DSAFETY"], []);
        AssertHolds(report);
        Assert.True(States(report) > 1_000_000, report);
        Assert.Equal(7, UnreachedNone().Count(report));
    }

    [Fact]
    public async Task Channel_EveryRun_Ends()
    {
        string report = await VerifyAsync("channel.pml", ["-DTOTAL=3"], ["-DNP"], ["-l"]);
        AssertHolds(report);
        Assert.Contains("non-progress cycles \t+", report);
        Assert.True(States(report) > 100_000, report);
    }

    [Theory]
    [MemberData(nameof(BrokenChannels))]
    public async Task Channel_BrokenVariant_IsCaught(string variant)
    {
        string report = await VerifyAsync("channel.pml", ["-D" + variant], ["-DSAFETY"], []);
        Assert.Contains("errors: 1", report);
        Assert.Contains("assertion violated", report);
    }

    [Fact]
    public async Task WorkerCalls_EveryInterleaving_HoldsItsAssertions()
    {
        string report = await VerifyAsync("worker-calls.pml", [], ["-DSAFETY"], []);
        AssertHolds(report);
        Assert.True(States(report) > 1_000_000, report);
        Assert.Equal(6, UnreachedNone().Count(report));
    }

    [Theory]
    [MemberData(nameof(BrokenWorkerCalls))]
    public async Task WorkerCalls_BrokenVariant_IsCaught(string variant)
    {
        string report = await VerifyAsync("worker-calls.pml", ["-D" + variant], ["-DSAFETY"], []);
        Assert.Contains("errors: 1", report);
        Assert.Contains("assertion violated", report);
    }

    [Fact]
    public void Models_TheirVariants_AreAllRun()
    {
        Assert.Equal(Variants("channel.pml").Where(static name => name != "TOTAL"), BrokenChannels.Select(row => row.Data).Order());
        Assert.Equal(Variants("worker-calls.pml"), BrokenWorkerCalls.Select(row => row.Data).Order());
    }
}

using Plait.Benchmarks;
using Plait.Benchmarks.Peers;

namespace Plait.Cli.Tests.Commands;

public sealed class BenchRunnerTests
{
    [Fact]
    public async Task RunAsync_OneSampleOverTheWorst_IsMissed()
    {
        BenchResult row = await RowAsync(Case(1, 2, 60) with { GoalAbsolute = 5, GoalWorst = 50 });

        Assert.Equal(2, row.Ours);
        Assert.False(row.Ok);
        Assert.Contains("none over 50", row.Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_NoSampleOverTheWorst_IsOk() => Assert.True((await RowAsync(Case(1, 2, 50) with { GoalWorst = 50 })).Ok);

    [Fact]
    public async Task RunAsync_PeerThatIsAMeasure_SaysHowManyOfIt()
    {
        BenchResult row = await RowAsync(Case(3) with { Peers = [Fixed(2) with { Measure = "the bare pair" }] });

        Assert.Contains("1.50 x the bare pair", row.Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_OursFails_TearsDownOnceAllTheSame()
    {
        int torn = 0;
        BenchResult row = await RowAsync(Case(1) with { Ours = static _ => throw new InvalidOperationException("out of order"), TearDown = () => torn++ });

        Assert.Contains("ours failed: InvalidOperationException: out of order", row.Note, StringComparison.Ordinal);
        Assert.Equal(1, torn);
    }

    private static async Task<BenchResult> RowAsync(BenchCase benchCase) =>
        Assert.Single(await BenchRunner.RunAsync(benchCase, benchCase.Full, static _ => { }, TestContext.Current.CancellationToken));

    private static BenchCase Case(params double[] samples) => new()
    {
        Area = "made-up",
        Name = "case",
        Unit = BenchUnit.Milliseconds,
        Ours = _ => new BenchRound(samples),
        Peers = [Fixed(1)],
        Full = new BenchSize(Rounds: 1, WarmUps: 0, Operations: 1),
        Quick = new BenchSize(Rounds: 1, WarmUps: 0, Operations: 1),
    };

    private static BenchPeer Fixed(double milliseconds) => LocalPeer.Create("fixed", _ => [milliseconds * BenchUnit.Milliseconds.Size]);
}

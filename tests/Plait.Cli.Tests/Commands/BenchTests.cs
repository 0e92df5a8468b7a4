using System.Text.Json;
using Plait.Cli.Commands;

namespace Plait.Cli.Tests.Commands;

public sealed class BenchTests
{
    [Fact]
    public async Task Bench_WithJson_WritesTheContractsMembers()
    {
        using var file = new JsonFile();
        ToolRun run = await ToolRun.OfAsync(MadeUpBench.Of(MadeUpBench.Met), "bench", "--json", file.Path);

        Assert.Equal(ExitCode.Ok, run.ExitCode);
        JsonElement row = Assert.Single(file.Rows());
        Assert.Equal(["area", "case", "unit", "ours", "peer", "peerName", "ratio", "goal", "ok"], row.EnumerateObject().Select(m => m.Name));
        Assert.Equal(2.5, row.GetProperty("ratio").GetDouble());
        Assert.True(row.GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task Bench_AbsoluteGoal_StandsInTheRatiosPlace()
    {
        using var file = new JsonFile();
        ToolRun run = await ToolRun.OfAsync(MadeUpBench.Of(MadeUpBench.Absolute), "bench", "--json", file.Path);

        JsonElement row = Assert.Single(file.Rows());
        Assert.Equal(20, row.GetProperty("goalAbsolute").GetDouble());
        Assert.False(row.TryGetProperty("goal", out _));
        Assert.Equal(JsonValueKind.Null, row.GetProperty("ratio").ValueKind);
        Assert.Contains("20 ms", run.Output);
    }

    [Fact]
    public async Task Bench_PeerMissing_HasNoVerdictAndSaysHowToInstallIt()
    {
        using var file = new JsonFile();
        ToolRun run = await ToolRun.OfAsync(MadeUpBench.Of(MadeUpBench.NoPeer), "bench", "--json", file.Path);

        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.Contains("peer missing: apt-get install python3-pebble", run.Output);
        JsonElement row = Assert.Single(file.Rows());
        Assert.Equal(JsonValueKind.Null, row.GetProperty("ok").ValueKind);
        Assert.Equal("apt-get install python3-pebble", row.GetProperty("note").GetString());
    }

    [Fact]
    public async Task Bench_GoalMissed_ReturnsOne()
    {
        ToolRun run = await ToolRun.OfAsync(MadeUpBench.Of(MadeUpBench.Met, MadeUpBench.Missed), "bench");

        Assert.Equal(ExitCode.CheckFailed, run.ExitCode);
        Assert.Matches(@"contended +ns +50 +25 +lock +0\.5 +1  missed", run.Output);
        Assert.Contains("2 cases: 1 ok, 1 missed, 0 without a verdict", run.Output);
    }

    [Fact]
    public async Task Bench_NumberThatJsonHasNoWordFor_IsNull()
    {
        using var file = new JsonFile();
        await ToolRun.OfAsync(MadeUpBench.Of(MadeUpBench.NotANumber), "bench", "--json", file.Path);

        JsonElement row = Assert.Single(file.Rows());
        Assert.All(["ours", "peer", "ratio"], member => Assert.Equal(JsonValueKind.Null, row.GetProperty(member).ValueKind));
    }

    [Fact]
    public async Task Bench_SomeAreas_RunsOnlyThose()
    {
        using var file = new JsonFile();
        await ToolRun.OfAsync(MadeUpBench.Of(MadeUpBench.Met, MadeUpBench.Absolute, MadeUpBench.NoPeer), "bench", "start", "pool", "--json", file.Path);

        Assert.Equal(["start", "pool"], file.Rows().Select(r => r.GetProperty("area").GetString()));
    }

    [Fact]
    public async Task Bench_UnknownArea_ReturnsTwoAndNamesTheNearest()
    {
        ToolRun run = await ToolRun.OfAsync(MadeUpBench.Of(MadeUpBench.Met), "bench", "lock");

        Assert.Equal(ExitCode.BadUsage, run.ExitCode);
        Assert.Contains("unknown area 'lock'. Did you mean 'locks'? Known areas: locks, start, pool.", run.Error);
    }

    [Theory]
    [InlineData(123456.7, "123,457")]
    [InlineData(123.456, "123.5")]
    [InlineData(12.3456, "12.35")]
    [InlineData(0.12345, "0.123")]
    public void Number_AnySize_KeepsFourDigits(double value, string expected) => Assert.Equal(expected, BenchTable.Number(value));

    [Fact]
    public async Task Bench_WithAPartOfAName_MeasuresThoseCasesOnly()
    {
        ToolRun run = await ToolRun.OfAsync(MadeUpBench.Of(MadeUpBench.Met, MadeUpBench.Absolute), "bench", "--only", "SPAWN");

        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.Contains("1 cases: 1 ok", run.Output);
        Assert.DoesNotContain("uncontended", run.Output);
    }

    [Fact]
    public async Task Bench_WithAPartOfNoName_SaysSo()
    {
        ToolRun run = await ToolRun.OfAsync(MadeUpBench.Of(MadeUpBench.Met), "bench", "--only", "nothing");

        Assert.Equal(ExitCode.BadUsage, run.ExitCode);
        Assert.Contains("--only 'nothing'", run.Error);
    }
}

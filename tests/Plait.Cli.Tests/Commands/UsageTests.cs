namespace Plait.Cli.Tests.Commands;

public sealed class UsageTests
{
    [Theory]
    [InlineData("unknown command 'tuor'. Did you mean 'tour'? Known commands: tour, lab, bench, serve, connect, sched, deadlocks, load.", "tuor")]
    [InlineData("unknown option '--qick'. Did you mean '--quick'?", "tour", "--qick")]
    [InlineData("unknown option '--jsn'. Did you mean '--json'?", "bench", "--jsn")]
    [InlineData("unknown option '--verison'. Did you mean '--version'?", "--verison")]
    [InlineData("'extra' is one argument too many for 'tour'", "tour", "extra")]
    [InlineData("--json", "tour", "--json")]
    public async Task Tool_WrongCommandLine_ReturnsTwoAndNamesTheValue(string message, params string[] args)
    {
        ToolRun run = await ToolRun.OfAsync([FakeChapter.That("one", true)], args);

        Assert.Equal(ExitCode.BadUsage, run.ExitCode);
        Assert.Contains(message, run.Error);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task Version_Asked_PrintsToolAndRuntime()
    {
        ToolRun run = await ToolRun.OfAsync([], "--version");

        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.Matches(@"^plait \d+\.\d+\.\d+ \(\.NET \d+\.", run.Output);
    }

    [Theory]
    [InlineData()]
    [InlineData("--help")]
    public async Task Help_AskedOrNothingAsked_ListsCommandsAndExitCodes(params string[] args)
    {
        ToolRun run = await ToolRun.OfAsync([], args);

        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.Contains("plait [command] [options]", run.Output);
        Assert.All(["tour", "lab", "bench", "Exit codes"], word => Assert.Contains(word, run.Output));
    }

    [Theory]
    [InlineData("zombie", "zombies")]
    [InlineData("Zombies", "zombies")]
    [InlineData("proc", "process-start")]
    [InlineData("teh-race", "the-race")]
    [InlineData("xyzzy", null)]
    public void NearestName_Typed_FindsOnlyWhatIsNear(string typed, string? expected) =>
        Assert.Equal(expected, NearestName.Find(typed, ["zombies", "process-start", "the-race"]));
}

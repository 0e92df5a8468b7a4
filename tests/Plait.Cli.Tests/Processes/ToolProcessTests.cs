using Plait.Cli.Tests.Load;

namespace Plait.Cli.Tests.Processes;

/// <summary>What only a process of its own can show: signals, pipes and terminals.</summary>
public sealed class ToolProcessTests
{
    private const char Escape = '\u001b';

    [Theory]
    [InlineData("tour", "--help")]
    [InlineData("lab")]
    [InlineData("lab", "holds")]
    [InlineData("lab", "bars")]
    [InlineData("lab", "escapes")]
    public async Task Output_NotATerminal_HasNoEscapeCode(params string[] args)
    {
        ProcessRun run = await ProcessRun.OfAsync(Repository.MadeUpTool, ["--as-tool", .. args]);

        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.NotEmpty(run.Output);
        Assert.DoesNotContain(Escape, run.Output + run.Error);
    }

    [Fact]
    public async Task Output_Terminal_ShowsBarsAndLines()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "No script(1), which gives a terminal: apt-get install bsdutils");
        ProcessRun run = await ProcessRun.OfAsync("script", ["-qec", $"'{Repository.MadeUpTool}' --as-tool lab bars", "/dev/null"]);

        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.Contains(Escape, run.Output);
        Assert.Contains("outer", run.Output);
        Assert.Contains("inner [not markup]", run.Output);
        Assert.Contains("between the bars [not markup]", run.Output);
    }

    [Fact]
    public async Task Load_MoreConnectionsThanFilesMayBeOpen_SaysWhatToRaise()
    {
        using TestServer server = TestServer.Echo();
        ProcessRun run = await ProcessRun.OfAsync(
            "bash",
            ["-c", $"ulimit -n 200; exec '{Repository.MadeUpTool}' --as-tool load {server.Target} --connections 500"]);

        Assert.Equal(ExitCode.BadUsage, run.ExitCode);
        Assert.Contains("--connections 500: ", run.Error);
        Assert.Contains("ulimit -n", run.Error);
    }

    [Theory]
    [InlineData("INT", ExitCode.Interrupted)]
    [InlineData("TERM", ExitCode.Terminated)]
    public async Task Signal_ChapterRuns_EndsCleanlyWithTheShellsCode(string signal, int expected)
    {
        ProcessRun run = await ProcessRun.OfAsync(Repository.MadeUpTool, ["--as-tool", "lab", "waits"], signal);

        Assert.Equal(expected, run.ExitCode);
        Assert.Equal("plait: interrupted", run.Error.TrimEnd());
    }

    [Fact]
    public async Task Signal_ChapterIgnoresIt_EndsWithinTheGrace()
    {
        ProcessRun run = await ProcessRun.OfAsync(Repository.MadeUpTool, ["--as-tool", "lab", "stubborn"], "INT");

        Assert.Equal(ExitCode.Interrupted, run.ExitCode);
    }
}

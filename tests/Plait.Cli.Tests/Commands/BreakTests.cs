using Plait.Cli.Chapters;

namespace Plait.Cli.Tests.Commands;

/// <summary>The negative control: exit code 1 is its success, and nothing else may look like it.</summary>
public sealed class BreakTests
{
    [Fact]
    public async Task Break_CheckFails_ReturnsOneAsExpected()
    {
        using var file = new JsonFile();
        ToolRun run = await ToolRun.OfAsync([Controlled(context => context.Expect(!context.IsBroken, "the cause is there"))], "lab", "one", "--break", "--json", file.Path);

        Assert.Equal(ExitCode.CheckFailed, run.ExitCode);
        Assert.Matches(@"one --break failed in \d+\.\d\d s, as expected: the cause is there", run.Output);
        Assert.False(Assert.Single(file.Rows()).GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task Break_SameChapterUnbroken_ReturnsZero()
    {
        ToolRun run = await ToolRun.OfAsync([Controlled(context => context.Expect(!context.IsBroken, "the cause is there"))], "lab", "one");

        Assert.Equal(ExitCode.Ok, run.ExitCode);
    }

    [Fact]
    public async Task Break_CheckStillHolds_ReturnsZeroAndSaysSo()
    {
        ToolRun run = await ToolRun.OfAsync([Controlled(context => context.Expect(true, "anything"))], "lab", "one", "--break");

        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.Contains("one --break passed, unexpectedly", run.Output);
    }

    [Fact]
    public async Task Break_ChapterThrows_ProvesNothing()
    {
        ToolRun run = await ToolRun.OfAsync([Controlled(_ => throw new InvalidOperationException("slip"))], "lab", "one", "--break");

        Assert.Equal(ExitCode.BrokeDown, run.ExitCode);
        Assert.Contains("one --break proved nothing: InvalidOperationException: slip", run.Output);
    }

    [Fact]
    public async Task Break_ChapterHasNoControl_ReturnsTwo()
    {
        ToolRun run = await ToolRun.OfAsync([FakeChapter.That("one", true)], "lab", "one", "--break");

        Assert.Equal(ExitCode.BadUsage, run.ExitCode);
        Assert.Contains("chapter 'one' has no negative control", run.Error);
    }

    [Fact]
    public async Task Break_NoChapter_ReturnsTwo()
    {
        ToolRun run = await ToolRun.OfAsync([FakeChapter.That("one", true)], "lab", "--break");

        Assert.Equal(ExitCode.BadUsage, run.ExitCode);
    }

    private static FakeChapter Controlled(Action<ChapterContext> run) => new(
        "one",
        context =>
        {
            run(context);
            return Task.CompletedTask;
        },
        hasBreak: true);
}

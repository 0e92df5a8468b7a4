using Plait.Cli.Chapters;

namespace Plait.Cli.Tests.Commands;

public sealed class LabTests
{
    [Fact]
    public async Task Lab_NoName_ListsChaptersByPartWithTheirPages()
    {
        ToolRun run = await ToolRun.OfAsync([FakeChapter.That("one", true), new FakeChapter("two", _ => Task.CompletedTask, hasBreak: true, Parts.Queues)], "lab");

        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.Contains("Theory\n  one  one shows one thing\n       and says it in two lines\n       docs/one.md\n", run.Output);
        Assert.Contains("docs/two.md   has --break", run.Output);
        Assert.Contains("2 chapters.", run.Output);
    }

    [Fact]
    public async Task Lab_Chapter_PrintsWhatHappensWithTheTime()
    {
        var chapter = new FakeChapter("one", context =>
        {
            context.Say("the child starts");
            context.Fact("pid", 12);
            context.Expect(true, "it has a pid");
            return Task.CompletedTask;
        });
        ToolRun run = await ToolRun.OfAsync([chapter], "lab", "one");

        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.Matches(@"\d\.\d\d s  the child starts\n +\d\.\d\d s  pid=12\n +\d\.\d\d s  holds: it has a pid\n", run.Output);
        Assert.Matches(@"one ok in \d+\.\d\d s", run.Output);
    }

    [Fact]
    public async Task Lab_FailedExpectation_GoesOnAndReturnsOne()
    {
        var chapter = new FakeChapter("one", context =>
        {
            context.Expect(false, "first holds");
            context.Expect(false, "second holds");
            return Task.CompletedTask;
        });
        ToolRun run = await ToolRun.OfAsync([chapter], "lab", "one");

        Assert.Equal(ExitCode.CheckFailed, run.ExitCode);
        Assert.Contains("FAILS: first holds", run.Output);
        Assert.Matches(@"one failed in \d+\.\d\d s: first holds; second holds", run.Output);
    }

    [Fact]
    public async Task Lab_UnknownChapter_ReturnsTwoAndNamesTheNearest()
    {
        ToolRun run = await ToolRun.OfAsync([FakeChapter.That("zombies", true), FakeChapter.That("orphans", true)], "lab", "zombie");

        Assert.Equal(ExitCode.BadUsage, run.ExitCode);
        Assert.Contains("unknown chapter 'zombie'. Did you mean 'zombies'? Known chapters: zombies, orphans.", run.Error);
        Assert.Empty(run.Output);
    }

    [Theory]
    [InlineData("lab", "one", "--quick", "--json", "{file}")]
    [InlineData("lab", "--quick", "--json", "{file}", "one")]
    public async Task Lab_OptionsBeforeOrAfterTheName_MeanTheSame(params string[] args)
    {
        using var file = new JsonFile();
        bool isQuick = false;
        var chapter = new FakeChapter("one", context =>
        {
            isQuick = context.Expect(context.IsQuick, "it is quick");
            return Task.CompletedTask;
        });
        ToolRun run = await ToolRun.OfAsync([chapter], [.. args.Select(a => a.Replace("{file}", file.Path, StringComparison.Ordinal))]);

        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.True(isQuick);
        Assert.Equal("one", Assert.Single(file.Rows()).GetProperty("chapter").GetString());
    }

    [Theory]
    [InlineData("/usr", 4, "lab", "one", "/usr")]
    [InlineData("/usr", 2, "lab", "one", "/usr", "--workers", "2")]
    [InlineData("/tmp", 2, "lab", "one", "--workers", "2")]
    public async Task Lab_ChaptersOwnParameters_ReachIt(string folder, int workers, params string[] args)
    {
        var chapter = WithParameters(context =>
        {
            context.Expect(context.Arguments.Folder("FOLDER", "/tmp") == folder, "the folder arrives");
            context.Expect(context.Arguments.Number("--workers", 4, max: 64) == workers, "the workers arrive");
        });

        ToolRun run = await ToolRun.OfAsync([chapter], args);

        Assert.Equal(ExitCode.Ok, run.ExitCode);
    }

    [Theory]
    [InlineData("'many' is no value for --workers: it takes a whole number, 1 to 64.", "lab", "one", "--workers", "many")]
    [InlineData("'65' is no value for --workers", "lab", "one", "--workers", "65")]
    [InlineData("'/nowhere' is no folder", "lab", "one", "/nowhere")]
    [InlineData("'more' is one argument too many for 'one'", "lab", "one", "/usr", "more")]
    [InlineData("unknown option '--wrkers'. Did you mean '--workers'?", "lab", "one", "--wrkers")]
    public async Task Lab_ParameterThatDoesNotFit_ReturnsTwo(string message, params string[] args)
    {
        var chapter = WithParameters(context =>
        {
            context.Arguments.Folder("FOLDER", "/tmp");
            context.Arguments.Number("--workers", 4, max: 64);
        });

        ToolRun run = await ToolRun.OfAsync([chapter], args);

        Assert.Equal(ExitCode.BadUsage, run.ExitCode);
        Assert.Contains(message, run.Error);
    }

    [Fact]
    public async Task Lab_ChapterHelp_ShowsItsOwnParameters()
    {
        ToolRun run = await ToolRun.OfAsync([WithParameters(_ => { })], "lab", "one", "--help");

        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.Contains("plait lab one [<FOLDER>] [options]", run.Output);
        Assert.Contains("--workers <VALUE>", run.Output);
        Assert.Contains("--break", run.Output);
        Assert.Contains("docs/one.md", run.Output);
    }

    private static FakeChapter WithParameters(Action<ChapterContext> run) =>
        new("one", context =>
        {
            run(context);
            context.Expect(true, "the values were read");
            return Task.CompletedTask;
        })
        {
            Takes = [new ChapterParameter("FOLDER", "Whose files are read."), new ChapterParameter("--workers", "How many; 4 by default.")],
        };
}

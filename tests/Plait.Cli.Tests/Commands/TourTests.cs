using System.Text.Json;
using Plait.Cli.Chapters;
using Plait.Cli.Commands;

namespace Plait.Cli.Tests.Commands;

public sealed class TourTests
{
    [Fact]
    public async Task Tour_EveryCheckHolds_ReturnsZero()
    {
        ToolRun run = await ToolRun.OfAsync([FakeChapter.That("one", true), FakeChapter.That("two", true)], "tour");

        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.Contains("2 chapters: 2 ok, 0 failed, 0 skipped", run.Output);
        Assert.Empty(run.Error);
    }

    [Fact]
    public async Task Tour_WithJson_WritesTheContractsMembersInTeachingOrder()
    {
        using var file = new JsonFile();
        await ToolRun.OfAsync([FakeChapter.That("zebra", true, Parts.Theory), FakeChapter.That("ant", true, Parts.Queues)], "tour", "--json", file.Path);

        IReadOnlyList<JsonElement> rows = file.Rows();
        Assert.Equal(["zebra", "ant"], rows.Select(r => r.GetProperty("chapter").GetString()));
        Assert.Equal(["chapter", "part", "ok", "seconds", "detail"], rows[0].EnumerateObject().Select(m => m.Name));
        Assert.Equal("Queues", rows[1].GetProperty("part").GetString());
        Assert.True(rows[0].GetProperty("ok").GetBoolean());
        Assert.True(rows[0].GetProperty("seconds").GetDouble() >= 0);
        Assert.Equal("answer=42", rows[0].GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Tour_OneCheckFails_RunsTheRestAndReturnsOne()
    {
        using var file = new JsonFile();
        ToolRun run = await ToolRun.OfAsync([FakeChapter.That("bad", false), FakeChapter.That("good", true)], "tour", "--json", file.Path);

        Assert.Equal(ExitCode.CheckFailed, run.ExitCode);
        Assert.Contains("bad failed: the world is as it should be", run.Output);
        Assert.Equal([false, true], file.Rows().Select(r => r.GetProperty("ok").GetBoolean()));
        Assert.Equal("answer=42 failed=\"the world is as it should be\"", file.Rows()[0].GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Tour_ChapterThrows_FailsThatChapterAlone()
    {
        var thrower = new FakeChapter("thrower", _ => throw new InvalidOperationException("out of luck"));
        ToolRun run = await ToolRun.OfAsync([thrower, FakeChapter.That("good", true)], "tour");

        Assert.Equal(ExitCode.CheckFailed, run.ExitCode);
        Assert.Contains("thrower failed: InvalidOperationException: out of luck", run.Output);
        Assert.Contains("2 chapters: 1 ok, 1 failed", run.Output);
    }

    [Fact]
    public async Task Tour_ChapterThrowsTimeoutException_IsNamedAsThrown()
    {
        var thrower = new FakeChapter("thrower", _ => throw new TimeoutException("the server never answered"));
        ToolRun run = await ToolRun.OfAsync([thrower], "tour");

        Assert.Contains("TimeoutException: the server never answered", run.Output);
    }

    [Fact]
    public async Task Tour_ChapterPassesItsTimeLimit_IsCancelledAndFails()
    {
        var slow = new FakeChapter("slow", context => context.WaitAsync(Timeout.InfiniteTimeSpan)) { Limit = TimeSpan.FromMilliseconds(50) };
        ToolRun run = await ToolRun.OfAsync([slow, FakeChapter.That("good", true)], "tour");

        Assert.Equal(ExitCode.CheckFailed, run.ExitCode);
        Assert.Contains("slow failed: not finished after 0.05 s", run.Output);
        Assert.Contains("2 chapters: 1 ok, 1 failed", run.Output);
    }

    [Fact]
    public async Task Tour_ChapterChecksNothing_Fails()
    {
        ToolRun run = await ToolRun.OfAsync([new FakeChapter("idle", _ => Task.CompletedTask)], "tour");

        Assert.Equal(ExitCode.CheckFailed, run.ExitCode);
        Assert.Contains("idle failed: the chapter checked nothing", run.Output);
    }

    [Fact]
    public async Task Tour_ChapterCannotRunHere_IsNullInJsonAndNoFailure()
    {
        using var file = new JsonFile();
        var absent = new FakeChapter("absent", context =>
        {
            context.Skip("no PostgreSQL: apt-get install postgresql");
            return Task.CompletedTask;
        });
        ToolRun run = await ToolRun.OfAsync([absent], "tour", "--json", file.Path);

        Assert.Equal(ExitCode.Ok, run.ExitCode);
        JsonElement row = Assert.Single(file.Rows());
        Assert.Equal(JsonValueKind.Null, row.GetProperty("ok").ValueKind);
        Assert.Equal("skipped=\"no PostgreSQL: apt-get install postgresql\"", row.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Tour_Interrupted_Returns130AndKeepsWhatWasDone()
    {
        using var file = new JsonFile();
        using var interrupt = new CancellationTokenSource();
        var cancelling = new FakeChapter("cancelling", async context =>
        {
            await interrupt.CancelAsync();
            await context.WaitAsync(Timeout.InfiniteTimeSpan);
        });
        var bench = new BenchSource([], MadeUpBench.Nothing);
        ToolRun run = await ToolRun.OfAsync([FakeChapter.That("done", true), cancelling, FakeChapter.That("never", true)], bench, interrupt.Token, "tour", "--json", file.Path);

        Assert.Equal(ExitCode.Interrupted, run.ExitCode);
        Assert.Equal("done", Assert.Single(file.Rows()).GetProperty("chapter").GetString());
        Assert.Equal("plait: interrupted", run.Error.TrimEnd());
    }

    [Theory]
    [InlineData(true, "tour", "--quick")]
    [InlineData(false, "tour")]
    public async Task Tour_Quick_ReachesTheChapters(bool expected, params string[] args)
    {
        bool? isQuick = null;
        var chapter = new FakeChapter("any", context =>
        {
            isQuick = context.IsQuick;
            context.Expect(!context.IsBroken, "the tour breaks nothing");
            return Task.CompletedTask;
        });
        ToolRun run = await ToolRun.OfAsync([chapter], args);

        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.Equal(expected, isQuick);
    }

    [Fact]
    public async Task Tour_ChapterWithParameters_GetsItsDefaults()
    {
        var chapter = new FakeChapter("any", context =>
        {
            context.Expect(context.Arguments.Number("--workers", 4) == 4, "the default is there");
            return Task.CompletedTask;
        })
        {
            Takes = [new ChapterParameter("--workers", "How many; 4 by default.")],
        };
        ToolRun run = await ToolRun.OfAsync([chapter], "tour");

        Assert.True(run.ExitCode == ExitCode.Ok, run.Output);
    }

    [Fact]
    public async Task Tour_JsonFileCannotBeWritten_ReturnsTwoBeforeAnyChapterRuns()
    {
        bool hasRun = false;
        var chapter = new FakeChapter("any", _ =>
        {
            hasRun = true;
            return Task.CompletedTask;
        });
        ToolRun run = await ToolRun.OfAsync([chapter], "tour", "--json", "/nonexistent/out.json");

        Assert.Equal(ExitCode.BadUsage, run.ExitCode);
        Assert.Contains("/nonexistent/out.json", run.Error);
        Assert.False(hasRun);
    }
}

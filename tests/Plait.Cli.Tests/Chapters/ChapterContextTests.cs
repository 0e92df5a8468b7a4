using Plait.Cli.Chapters;
using Plait.Cli.Terminal;

namespace Plait.Cli.Tests.Chapters;

public sealed class ChapterContextTests
{
    [Theory]
    [InlineData(true, "true")]
    [InlineData(1.0 / 3, "0.333")]
    [InlineData(12345678, "12345678")]
    [InlineData("two words", "\"two words\"")]
    [InlineData("line\n  next \"quoted\"", "\"line next 'quoted'\"")]
    [InlineData("", "\"\"")]
    [InlineData(null, "none")]
    [InlineData(new[] { 100, 666 }, "100,666")]
    public void Fact_AnyValue_IsWrittenSoThatItReadsBack(object? value, string expected)
    {
        ChapterContext context = Create(new StringWriter());
        context.Fact("key", value);

        Assert.Equal($"key={expected}", Finish(context).Detail.Split(" error=")[0]);
    }

    [Fact]
    public void Fact_TimeSpan_IsInSeconds()
    {
        ChapterContext context = Create(new StringWriter());
        context.Fact("took", TimeSpan.FromMilliseconds(1500));

        Assert.StartsWith("took=1.5", Finish(context).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("a=b")]
    public void Fact_KeyThatCannotBeReadBack_IsRefused(string key) =>
        Assert.Throws<ArgumentException>(() => Create(new StringWriter()).Fact(key, 1));

    [Fact]
    public void Fact_StatedTwice_IsRefused()
    {
        ChapterContext context = Create(new StringWriter());
        context.Fact("max", 5);

        Assert.Throws<ArgumentException>(() => context.Fact("max", 6));
    }

    [Fact]
    public void Say_AfterSomeTime_ShowsTheSecondsOfTheInjectedClock()
    {
        var output = new StringWriter();
        var time = new ManualTime();
        ChapterContext context = Create(output, time);
        time.Advance(TimeSpan.FromSeconds(2.5));
        context.Say("now");

        Assert.Equal("   2.50 s  now\n", output.ToString());
    }

    [Fact]
    public void Expect_ManyThreads_LosesNoFailure()
    {
        ChapterContext context = Create(TextWriter.Null);
        Parallel.For(0, 1000, i => context.Expect(i % 2 == 0, $"{i} is even"));

        Assert.Equal(500, Finish(context).Failures.Count);
    }

    [Fact]
    public void Arguments_NotDeclared_IsTheChaptersMistake() =>
        Assert.Throws<ArgumentException>(() => ChapterArguments.None.Text("FOLDER", ""));

    private static ChapterContext Create(TextWriter output, TimeProvider? time = null) =>
        new(Screen.Plain(output), isQuiet: false, time ?? new ManualTime(), CancellationToken.None);

    private static ChapterOutcome Finish(ChapterContext context) => context.Finish(FakeChapter.That("any", true), error: null, skipped: null);

    private sealed class ManualTime : TimeProvider
    {
        private TimeSpan _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now.Ticks;

        public void Advance(TimeSpan time) => _now += time;
    }
}

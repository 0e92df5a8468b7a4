using Plait.Cli.Chapters;

namespace Plait.Cli.Tests;

/// <summary>The chapters that the test executable shows when it runs as the tool.</summary>
internal static class MadeUpChapters
{
    public static IReadOnlyList<Chapter> All { get; } =
    [
        FakeChapter.That("holds", holds: true),
        new FakeChapter("waits", async context =>
        {
            context.Say("ready");
            await context.WaitAsync(Timeout.InfiniteTimeSpan);
        }),
        new FakeChapter("stubborn", context =>
        {
            context.Say("ready");
            using var never = new ManualResetEventSlim();
            never.Wait(CancellationToken.None);
            return Task.CompletedTask;
        }),
        new FakeChapter("bars", async context =>
        {
            using var outer = context.Progress(2, "outer");
            outer.Advance();
            using (var inner = context.Progress(10, "inner [not markup]"))
            {
                inner.Advance(5);
                context.Say("between the bars [not markup]");
                await context.WaitAsync(TimeSpan.FromMilliseconds(300));
            }

            context.Expect(true, "the bars came and went");
        }),
        new FakeChapter("escapes", context =>
        {
            context.Say("red: \u001b[31mnot\u001b[0m");
            context.Expect(true, "no escape code passes");
            return Task.CompletedTask;
        }),
    ];
}

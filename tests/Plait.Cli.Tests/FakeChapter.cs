using Plait.Cli.Chapters;

namespace Plait.Cli.Tests;

/// <summary>A chapter made of a delegate.</summary>
internal sealed class FakeChapter(string name, Func<ChapterContext, Task> run, bool hasBreak = false, string part = Parts.Theory)
    : Chapter(name, part, $"{name} shows one thing\nand says it in two lines", $"docs/{name}.md", hasBreak)
{
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(1);

    public IReadOnlyList<ChapterParameter> Takes { get; init; } = [];

    public override TimeSpan TimeLimit => Limit;

    public override IReadOnlyList<ChapterParameter> Parameters => Takes;

    public override Task RunAsync(ChapterContext context) => run(context);

    /// <summary>A chapter that states a fact and expects something.</summary>
    public static FakeChapter That(string name, bool holds, string part = Parts.Theory) => new(
        name,
        context =>
        {
            context.Fact("answer", 42);
            context.Expect(holds, "the world is as it should be");
            return Task.CompletedTask;
        },
        part: part);
}

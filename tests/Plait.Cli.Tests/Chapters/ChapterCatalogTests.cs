using Plait.Cli.Chapters;

namespace Plait.Cli.Tests.Chapters;

/// <summary>The real chapters, checked as a list and run by the real tool.</summary>
public sealed class ChapterCatalogTests
{
    [Fact]
    public void Catalog_EveryChapter_FollowsTheHouseRules()
    {
        Assert.Equal(ChapterCatalog.All.Count, ChapterCatalog.All.Select(c => c.Name).Distinct(StringComparer.Ordinal).Count());
        Assert.All(ChapterCatalog.All, chapter =>
        {
            Assert.Matches("^[a-z0-9]+(-[a-z0-9]+)*$", chapter.Name);
            Assert.Contains(chapter.Part, Parts.InOrder);
            Assert.Equal(2, chapter.Shows.Split('\n').Length);
            Assert.True(File.Exists(Path.Combine(Repository.Root, chapter.Page)), $"{chapter.Name} links to {chapter.Page}, which does not exist");
        });
    }

    [Fact]
    public void Catalog_Parts_AreInTeachingOrder()
    {
        int[] order = [.. ChapterCatalog.All.Select(c => Parts.InOrder.ToList().IndexOf(c.Part))];

        Assert.Equal(order.Order(), order);
    }

    [Fact]
    public void Catalog_EveryChapterFile_IsUnderEightyLines()
    {
        string folder = Path.Combine(Repository.Root, "src", "Plait.Cli", "Chapters");
        string[] tooLong = [.. Directory.EnumerateDirectories(folder)
            .SelectMany(d => Directory.EnumerateFiles(d, "*.cs", SearchOption.AllDirectories))
            .Where(f => File.ReadLines(f).Count() >= 80)];

        Assert.Empty(tooLong);
    }

    [Fact]
    public void Readme_TableOfChapters_IsTheCatalog()
    {
        string[] table = [.. File.ReadLines(Path.Combine(Repository.Root, "README.md"))
            .SkipWhile(static line => line != "## Chapters").Skip(1)
            .TakeWhile(static line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(static line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1)];

        Assert.Equal(
            ChapterCatalog.All.GroupBy(static chapter => chapter.Part).Select(static part => $"| {part.Key} | {string.Join(", ", part.Select(static chapter => $"`{chapter.Name}`"))} |"),
            table);
    }

    public static TheoryData<string> NamesOfControlled => [.. ChapterCatalog.All.Where(c => c.HasBreak).Select(c => c.Name)];

    [Fact]
    public async Task Tour_RealChaptersQuick_AllHold()
    {
        using var file = new JsonFile();
        ProcessRun run = await ProcessRun.OfAsync(Repository.Tool, ["tour", "--quick", "--json", file.Path]);

        Assert.True(run.ExitCode == ExitCode.Ok, run.Output + run.Error);
        Assert.Equal(ChapterCatalog.All.Select(c => c.Name), file.Rows().Select(r => r.GetProperty("chapter").GetString()));

        // What children print would stand between the rows.
        Assert.Equal(ChapterCatalog.All.Count + 3, run.Output.Split('\n').Length - 1);
        Assert.Empty(run.Error);
    }

    [Theory]
    [MemberData(nameof(NamesOfControlled))]
    public async Task Break_RealChapterQuick_FailsAsItMust(string chapter)
    {
        ProcessRun run = await ProcessRun.OfAsync(Repository.Tool, ["lab", chapter, "--break", "--quick"]);

        Assert.True(run.ExitCode == ExitCode.CheckFailed, $"{run.ExitCode}\n{run.Output}{run.Error}");
    }
}

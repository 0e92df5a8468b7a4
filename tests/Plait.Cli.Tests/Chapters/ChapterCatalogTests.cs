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
    public async Task Tour_RealChaptersQuick_AllHold()
    {
        using var file = new JsonFile();
        ProcessRun run = await ProcessRun.OfAsync(Repository.Tool, ["tour", "--quick", "--json", file.Path]);

        Assert.True(run.ExitCode == ExitCode.Ok, run.Output + run.Error);
        Assert.Equal(ChapterCatalog.All.Select(c => c.Name), file.Rows().Select(r => r.GetProperty("chapter").GetString()));
    }

    [Fact]
    public async Task Lab_RealControlsQuick_AllFailAsTheyMust()
    {
        var wrong = new List<string>();
        foreach (Chapter chapter in ChapterCatalog.All.Where(c => c.HasBreak))
        {
            ProcessRun run = await ProcessRun.OfAsync(Repository.Tool, ["lab", chapter.Name, "--break", "--quick"]);
            if (run.ExitCode != ExitCode.CheckFailed)
            {
                wrong.Add($"{chapter.Name} --break returned {run.ExitCode}:\n{run.Output}{run.Error}");
            }
        }

        Assert.Empty(wrong);
    }
}

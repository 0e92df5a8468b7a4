namespace Plait.Cli.Chapters;

/// <summary>
/// One thing worth seeing, shown by running it: a chapter uses the public API, states what it measured with
/// <see cref="ChapterContext.Fact"/> and what must hold with <see cref="ChapterContext.Expect"/>.
/// </summary>
/// <param name="name">What <c>plait lab NAME</c> calls it: lower case, words joined by hyphens.</param>
/// <param name="part">One of <see cref="Parts"/>.</param>
/// <param name="shows">Two lines on what it shows.</param>
/// <param name="page">The page that explains the concept, from the root of the repository: <c>docs/child-process.md</c>.</param>
/// <param name="hasBreak">Whether <c>--break</c> removes the cause: then the same expectations must fail.</param>
internal abstract class Chapter(string name, string part, string shows, string page, bool hasBreak = false)
{
    public string Name { get; } = name;

    public string Part { get; } = part;

    public string Shows { get; } = shows;

    public string Page { get; } = page;

    public bool HasBreak { get; } = hasBreak;

    /// <summary>Arguments and options of this chapter alone; none by default.</summary>
    public virtual IReadOnlyList<ChapterParameter> Parameters => [];

    /// <summary>The time after which the chapter counts as hung and fails; two minutes by default. Longer than it ever needs.</summary>
    public virtual TimeSpan TimeLimit => TimeSpan.FromMinutes(2);

    /// <summary>
    /// Runs the chapter, on a thread of its own up to the first await. A failed expectation is recorded, not thrown; an
    /// exception that leaves this method fails the chapter.
    /// </summary>
    public abstract Task RunAsync(ChapterContext context);
}

namespace Plait.Cli.Chapters;

/// <summary>An argument or option that one chapter takes; a name that starts with <c>--</c> is an option with a value.</summary>
/// <param name="Name"><c>FOLDER</c> for an argument (given by position, never required), <c>--workers</c> for an option.</param>
/// <param name="Description">One line for the help text, with the default.</param>
internal sealed record ChapterParameter(string Name, string Description)
{
    public bool IsOption => Name.StartsWith("--", StringComparison.Ordinal);
}

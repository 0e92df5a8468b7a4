using System.Text.RegularExpressions;

namespace Plait.Architecture.Tests.Sources;

/// <summary>Text that is fit to be committed: no notes to self, no folded regions, nothing that is true on one machine only.</summary>
internal static partial class CommittedText
{
    public static IEnumerable<string> Regions(IEnumerable<SourceFile> files) =>
        Find(files.Where(file => file.IsCSharp), RegionDirective(), "regions hide a file that wants to be split");

    public static IEnumerable<string> NotesToSelf(IEnumerable<SourceFile> files) =>
        Find(files.Where(FileBudget.IsHandWritten), NoteToSelf(), "finish it, or describe the limit in the docs");

    public static IEnumerable<string> MachinePaths(IEnumerable<SourceFile> files) => Find(files, MachinePath(), "a path of one machine means nothing to a reader");

    private static IEnumerable<string> Find(IEnumerable<SourceFile> files, Regex pattern, string reason)
    {
        foreach (var file in files)
        {
            string[] lines = file.Lines;
            for (int i = 0; i < lines.Length; i++)
            {
                if (pattern.Match(lines[i]) is { Success: true } match)
                {
                    yield return $"{file.Path}:{i + 1}: '{match.Value.Trim()}': {reason}";
                }
            }
        }
    }

    [GeneratedRegex(@"^\s*#\s*(?:end)?region\b", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex RegionDirective();

    [GeneratedRegex(@"\b(?:T[O]DO|F[I]XME|H[A]CK|X[X]X)\b", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NoteToSelf();

    // A path that starts at the root (not in the middle of a longer path or a URL) and goes to where people and build machines keep checkouts.
    [GeneratedRegex(@"(?<![\w.~*:})>/-])/(?:(?:work|workspace|home|root|Users|builds)/[\w.]|tmp/\w{1,2}/)|\.\./shared/", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex MachinePath();
}

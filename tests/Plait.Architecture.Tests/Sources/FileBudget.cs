namespace Plait.Architecture.Tests.Sources;

/// <summary>Small files by concern: a hard limit for each, and a limit for the long tail of the library.</summary>
internal static class FileBudget
{
    public const int HardLimit = 500;
    public const int NinetiethPercentile = 250;

    // What people write by hand; tables of data and vendored files have no budget.
    private static readonly string[] s_code = [".cs", ".py", ".c", ".h", ".go", ".sh", ".js", ".css", ".pml"];

    public static bool IsHandWritten(SourceFile file) =>
        s_code.Contains(Path.GetExtension(file.Path), StringComparer.Ordinal) && !file.Path.Contains("/vendor/", StringComparison.Ordinal);

    public static IEnumerable<string> TooLong(IEnumerable<SourceFile> files) =>
        from file in files
        where IsHandWritten(file) && file.Lines.Length > HardLimit
        select $"{file.Path} has {file.Lines.Length} lines; the limit is {HardLimit}: split it by concern";

    public static IEnumerable<string> LongTail(IEnumerable<SourceFile> files)
    {
        SourceFile[] bySize = [.. files.Where(IsHandWritten).OrderBy(file => file.Lines.Length)];
        if (bySize.Length == 0)
        {
            yield break;
        }

        int rank = (int)Math.Ceiling(bySize.Length * 0.9) - 1;
        if (bySize[rank].Lines.Length > NinetiethPercentile)
        {
            var longest = bySize.Reverse().TakeWhile(file => file.Lines.Length > NinetiethPercentile).Select(file => $"{file.Path} {file.Lines.Length}");
            yield return $"the 90th percentile is {bySize[rank].Lines.Length} lines, over {NinetiethPercentile}: {string.Join(", ", longest)}";
        }
    }
}

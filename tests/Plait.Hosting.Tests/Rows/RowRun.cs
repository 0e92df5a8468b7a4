namespace Plait.Hosting.Tests.Rows;

/// <summary>What every row must show.</summary>
internal static class RowRun
{
    public const string Answer = "row ok await=21 thread=21 parallel=21 main-ran-once=True";

    /// <summary>What a user needs to know of: the library, and what the SDK copies beside any library that was built with it.</summary>
    private static readonly string[] s_files = ["Plait.dll", "Plait.pdb", "Plait.xml"];

    public static void ShouldBeRight(this ProgramRun run)
    {
        run.ShouldSucceed();
        Assert.Equal(Answer, run.Output.TrimEnd());
        Assert.Equal("", run.Error);
    }

    /// <summary>Nothing of ours but the library lies beside the program, and in a single file not even that.</summary>
    public static void ShouldBeClean(string folder, bool isSingleFile = false)
    {
        IEnumerable<string> names = Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)!);
        string[] ours = [.. names.Where(name => name.StartsWith("Plait", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)];
        if (isSingleFile)
        {
            // Publishing again, with nothing changed, the SDK removes even these two.
            Assert.Empty(ours.Except(s_files[1..]));
        }
        else
        {
            Assert.Equal(s_files, ours);
        }
    }
}

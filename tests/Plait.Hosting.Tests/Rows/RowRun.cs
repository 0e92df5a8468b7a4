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
        string[] ours = [.. Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)!).Where(name => name.StartsWith("Plait", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)];
        Assert.Equal(isSingleFile ? s_files[1..] : s_files, ours);
    }
}

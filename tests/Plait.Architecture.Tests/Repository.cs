namespace Plait.Architecture.Tests;

/// <summary>Reads the working tree that these tests were built from.</summary>
internal static class Repository
{
    private static readonly string[] s_skippedFolders = [".git", "artifacts", "bin", "obj", "node_modules", "TestResults", ".vs", ".idea"];
    private const int LargestTextFile = 4 * 1024 * 1024;

    private static readonly Lazy<string> s_root = new(FindRoot);
    private static readonly Lazy<SourceFile[]> s_files = new(() => [.. Read(Root, Root)]);

    public static string Root => s_root.Value;

    /// <summary>Every text file, committed or not, outside the folders that builds write to.</summary>
    public static IReadOnlyList<SourceFile> TextFiles => s_files.Value;

    public static IEnumerable<SourceFile> CSharp(params string[] folders) =>
        TextFiles.Where(file => file.IsCSharp && folders.Any(file.IsUnder));

    public static SourceFile? TryFind(string path) => TextFiles.FirstOrDefault(file => file.Path == path);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Plait.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException(
            $"No folder above {AppContext.BaseDirectory} holds Plait.slnx: run the architecture tests from a build inside the repository.");
    }

    private static IEnumerable<SourceFile> Read(string folder, string root)
    {
        foreach (string path in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            var info = new FileInfo(path);
            if (info.LinkTarget is null && info.Length <= LargestTextFile)
            {
                string text = File.ReadAllText(path);
                if (!text.Contains('\0', StringComparison.Ordinal))
                {
                    yield return new SourceFile(Path.GetRelativePath(root, path).Replace('\\', '/'), text);
                }
            }
        }

        foreach (string child in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            if (!s_skippedFolders.Contains(Path.GetFileName(child), StringComparer.Ordinal) && new DirectoryInfo(child).LinkTarget is null)
            {
                foreach (var file in Read(child, root))
                {
                    yield return file;
                }
            }
        }
    }
}

namespace Plait.Hosting.Tests;

/// <summary>Where the working copy is, and where its hosted programs are built.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string Rows { get; } = Path.Combine(Root, "tests/Hosting");

    public static string Samples { get; } = Path.Combine(Root, "samples");

    /// <summary>Everything these tests build; kept, so that the next run builds nothing.</summary>
    public static string Artifacts { get; } = Path.Combine(Root, "artifacts/hosting");

    private static string Find()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Plait.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds Plait.slnx.");
    }
}

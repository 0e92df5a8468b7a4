namespace Plait.Cli.Tests;

/// <summary>Where the working copy and the built tool are.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>The real tool, as the build puts it beside the tests.</summary>
    public static string Tool { get; } = Path.Combine(AppContext.BaseDirectory, "Plait.Cli");

    /// <summary>This executable, which is the tool with made-up chapters after <c>--as-tool</c>.</summary>
    public static string MadeUpTool { get; } = Path.Combine(AppContext.BaseDirectory, "Plait.Cli.Tests");

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

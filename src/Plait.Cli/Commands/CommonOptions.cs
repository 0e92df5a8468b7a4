using System.CommandLine;

namespace Plait.Cli.Commands;

/// <summary>The options that several commands share, so that they read and mean the same everywhere.</summary>
internal static class CommonOptions
{
    public static Option<bool> Quick() => new("--quick")
    {
        Description = "Small sizes: seconds instead of minutes, the same checks.",
        Recursive = true,
    };

    public static Option<string?> Json(string rows) => new("--json")
    {
        Description = $"Also write the results to FILE, as a JSON array of {rows}.",
        HelpName = "FILE",
        Recursive = true,
    };
}

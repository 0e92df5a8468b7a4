using System.Diagnostics.CodeAnalysis;

/// <summary>A hook such as a user may have: this assembly is named in DOTNET_STARTUP_HOOKS, and each process it runs in adds a line to a file.</summary>
[SuppressMessage("Design", "MA0047:Declare types in namespaces", Justification = "The runtime looks it up by this name.")]
[SuppressMessage("Design", "CA1050:Declare types in namespaces", Justification = "The runtime looks it up by this name.")]
internal static class StartupHook
{
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(Plait.CrashDummy.Hooks.Log) is { Length: > 0 } log)
        {
            File.AppendAllText(log, $"{Environment.ProcessId}\n");
        }
    }
}

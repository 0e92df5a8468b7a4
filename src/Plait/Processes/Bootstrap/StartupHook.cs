using System.Diagnostics.CodeAnalysis;

/// <summary>
/// Called by the runtime before Main where DOTNET_STARTUP_HOOKS names this assembly. The runtime demands this name, in
/// the global namespace, and this method.
/// </summary>
[SuppressMessage("Design", "MA0047:Declare types in namespaces", Justification = "The runtime looks it up by this name.")]
[SuppressMessage("Design", "CA1050:Declare types in namespaces", Justification = "The runtime looks it up by this name.")]
internal static class StartupHook
{
    public static void Initialize() => Plait.Processes.Bootstrap.WorkerBootstrap.Run();
}

using Plait.Synchronization.Engine;

namespace Plait.Diagnostics;

/// <summary>A memory, and what people call what lies in it.</summary>
internal sealed record SeenMemory(ScopeMemory Memory, string Label)
{
    public const string Processes = "processes";

    public static string ThreadsOf(int pid) => $"threads of pid {pid}";

    public static string Named(string name) => $"scope '{name}'";
}

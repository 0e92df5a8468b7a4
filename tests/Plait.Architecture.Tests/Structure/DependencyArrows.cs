namespace Plait.Architecture.Tests.Structure;

/// <summary>The one table of who may use whom inside src/Plait. A folder may use what it lists and, through that, all that those may use.</summary>
internal static class DependencyArrows
{
    public static readonly IReadOnlyDictionary<string, string[]> Table = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["Interop"] = [],
        ["Memory"] = ["Interop"],
        ["Synchronization"] = ["Memory", "Telemetry"],
        ["Threads"] = ["Synchronization"],
        ["Codecs"] = ["Synchronization"],
        ["Queues"] = ["Codecs", "Threads"],
        ["SharedData"] = ["Codecs"],
        ["Scheduling"] = [],                                       // pure: see ForbiddenInScheduling
        ["Coroutines"] = ["Queues", "Scheduling"],
        ["Telemetry"] = ["Interop"],                               // instruments and activities: knows no executor
        ["Execution"] = ["Queues", "SharedData", "Scheduling", "Coroutines", "Telemetry"],    // the coroutine executor is an executor like the others
        ["Processes"] = ["Execution"],
        ["Net"] = ["Coroutines", "Processes"],
        ["Diagnostics"] = ["Net"],                                 // reads everyone; is reached only through hooks that lower folders own
    };

    /// <summary>Framework namespaces (with all below them) and types that would put a clock, a thread or an effect into a policy.</summary>
    public static readonly string[] ForbiddenInScheduling =
    [
        "System.Threading", "System.IO", "System.Net", "System.Diagnostics.Stopwatch", "System.Diagnostics.Process",
        "System.DateTime", "System.DateTimeOffset", "System.TimeProvider", "System.Environment", "System.Console",
    ];

    /// <summary>Exceptions to <see cref="ForbiddenInScheduling"/>: a simulation may be cancelled.</summary>
    public static readonly string[] AllowedInScheduling = ["System.Threading.CancellationToken"];

    /// <summary>All that a folder may use, itself included; empty when the table has no such folder.</summary>
    public static IReadOnlySet<string> Reachable(IReadOnlyDictionary<string, string[]> table, string folder)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var pending = new Stack<string>();
        pending.Push(folder);
        while (pending.TryPop(out string? next))
        {
            if (table.TryGetValue(next, out string[]? uses) && seen.Add(next))
            {
                foreach (string use in uses)
                {
                    pending.Push(use);
                }
            }
        }

        return seen;
    }

    /// <summary>Folders that would reach themselves: then the arrows no longer run one way.</summary>
    public static IEnumerable<string> Cycles(IReadOnlyDictionary<string, string[]> table) =>
        from folder in table.Keys
        from use in table[folder]
        where Reachable(table, use).Contains(folder)
        select $"{folder} -> {use} closes a cycle";
}

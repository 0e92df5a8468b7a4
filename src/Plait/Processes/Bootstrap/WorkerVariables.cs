using System.Collections;
using System.Globalization;
using Plait.Interop;

namespace Plait.Processes.Bootstrap;

/// <summary>The environment variables that make a process a worker, and what they were before.</summary>
internal static class WorkerVariables
{
    /// <summary>Present only while a worker boots: "version:parent pid:arena descriptor:lifeline descriptor".</summary>
    public const string Worker = "PLAIT_WORKER";

    public const string StartupHooks = "DOTNET_STARTUP_HOOKS";

    public const string HeapHardLimit = "DOTNET_GCHeapHardLimit";

    public const int ArenaDescriptor = 3;
    public const int LifelineDescriptor = 4;

    /// <summary>The memory of the program's process scopes: inherited by every worker, at this number.</summary>
    public const int ScopeDescriptor = 5;

    private const string Version = "1";

    // Measured for a function that runs briefly: no instrumentation tier, no background collector thread, one heap.
    private static readonly (string Name, string Value)[] RuntimeSettings =
    [
        ("DOTNET_TieredPGO", "0"),
        ("DOTNET_gcServer", "0"),
        ("DOTNET_gcConcurrent", "0"),
    ];

    /// <summary>
    /// This process's environment with the caller's changes and ours. <paramref name="restore"/> receives what a worker
    /// must put back before user code runs, so that programs it starts see the caller's environment.
    /// </summary>
    public static List<string> Build(
        IDictionary<string, string?> changes, BootstrapMode mode, long memoryLimit, List<(string Name, string? Value)> restore)
    {
        SortedDictionary<string, string> variables = Merge(changes);

        foreach ((string name, string value) in RuntimeSettings)
        {
            // Whoever sets one of these for a child means it.
            if (!changes.ContainsKey(name))
            {
                Set(name, value);
            }
        }

        if (memoryLimit > 0)
        {
            Set(HeapHardLimit, "0x" + memoryLimit.ToString("x", CultureInfo.InvariantCulture));
        }

        if (mode == BootstrapMode.StartupHook)
        {
            // The runtime's own list: the environment's hooks and those of the runtime configuration. They run first, for ours
            // never returns. In a worker the list holds ours already.
            string all = changes.TryGetValue(StartupHooks, out string? wanted) ? wanted ?? string.Empty : (AppContext.GetData("STARTUP_HOOKS") as string) ?? string.Empty;
            string own = string.Join(':', all.Split(':', StringSplitOptions.RemoveEmptyEntries).Where(static hook => hook != "Plait"));
            Set(StartupHooks, own.Length > 0 ? own + ":Plait" : "Plait");
        }

        Set(Worker, string.Create(CultureInfo.InvariantCulture, $"{Version}:{ProcessCalls.CurrentPid}:{ArenaDescriptor}:{LifelineDescriptor}"));
        return Format(variables);

        void Set(string name, string value)
        {
            restore.Add((name, variables.TryGetValue(name, out string? before) && name != Worker ? before : null));
            variables[name] = value;
        }
    }

    /// <summary>This process's environment with the caller's changes, for a foreign program.</summary>
    public static List<string> BuildForeign(IDictionary<string, string?> changes) => Format(Merge(changes));

    /// <summary>Reads <see cref="Worker"/>. False when it is absent.</summary>
    /// <exception cref="InvalidDataException">It is there but not of this version.</exception>
    public static bool TryParse(out int parentPid, out int arena, out int lifeline)
    {
        parentPid = arena = lifeline = 0;
        string? text = Environment.GetEnvironmentVariable(Worker);
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        string[] parts = text.Split(':');
        return parts.Length == 4 && parts[0] == Version
            && int.TryParse(parts[1], out parentPid) && int.TryParse(parts[2], out arena) && int.TryParse(parts[3], out lifeline)
            ? true
            : throw new InvalidDataException($"The environment variable {Worker} is '{text}', which this build of Plait did not write. Remove it, or use one build of Plait in parent and child.");
    }

    private static SortedDictionary<string, string> Merge(IDictionary<string, string?> changes)
    {
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            variables[(string)entry.Key] = (string?)entry.Value ?? string.Empty;
        }

        foreach ((string name, string? value) in changes)
        {
            if (value is null)
            {
                variables.Remove(name);
            }
            else
            {
                variables[name] = value;
            }
        }

        return variables;
    }

    private static List<string> Format(SortedDictionary<string, string> variables)
    {
        var list = new List<string>(variables.Count);
        foreach ((string name, string value) in variables)
        {
            list.Add(name + "=" + value);
        }

        return list;
    }
}

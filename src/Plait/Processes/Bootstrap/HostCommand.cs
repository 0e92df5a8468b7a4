using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace Plait.Processes.Bootstrap;

/// <summary>How our code comes to run in the new process.</summary>
internal enum BootstrapMode
{
    /// <summary>Plait.dll is run as the program, with the application's own configuration and dependencies. Cheapest, and independent of startup hooks.</summary>
    WorkerProgram,

    /// <summary>The program is run again and the runtime calls our startup hook before Main: a single file, or self-contained.</summary>
    StartupHook,

    /// <summary>Neither works (trimmed, or a single file with hooks off): Main must call <see cref="ChildProcess.RunIfWorker"/>.</summary>
    ExplicitCall,
}

/// <summary>The command that starts this program again, as a worker.</summary>
internal sealed record HostCommand(string FileName, IReadOnlyList<string> Arguments, BootstrapMode Mode)
{
    private const string DependenciesEnding = ".deps.json";
    private const string ConfigurationEnding = ".runtimeconfig.json";
    private const string ConfigurationOption = "--runtimeconfig";

    /// <summary>Found once; the same for every child of this process.</summary>
    public static HostCommand Current { get; } = Find();

    private static HostCommand Find()
    {
        string self = Environment.ProcessPath
            ?? throw new InvalidOperationException("The path of the running program is not known, so it cannot be started again as a worker.");
        if (FindWorkerProgram() is { } command)
        {
            return command;
        }

        bool areHooksOn = !AppContext.TryGetSwitch("System.StartupHookProvider.IsSupported", out bool isSupported) || isSupported;
        return new HostCommand(self, [], areHooksOn ? BootstrapMode.StartupHook : BootstrapMode.ExplicitCall);
    }

    private static HostCommand? FindWorkerProgram()
    {
        string library = LocationOf(typeof(HostCommand).Assembly);
        string? framework = AppContext.GetData("FX_DEPS_FILE") as string;

        // A shared runtime lies in ROOT/shared/Microsoft.NETCore.App/VERSION/.
        string muxer = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));
        bool isSharedRuntime = library.Length > 0 && !string.IsNullOrEmpty(framework) && File.Exists(muxer);
        if (!isSharedRuntime)
        {
            return null;
        }

        string? dependencies = ApplicationDependencies(framework!);
        string? configuration = ConfigurationFromCommandLine()
            ?? Sibling(dependencies, DependenciesEnding)
            ?? Sibling(EntryLocation(), ".dll");
        if (configuration is null)
        {
            return null;
        }

        string[] dependencyOption = dependencies is null ? [] : ["--depsfile", dependencies];
        return new HostCommand(muxer, ["exec", ConfigurationOption, configuration, .. dependencyOption, library], BootstrapMode.WorkerProgram);
    }

    // The list begins with the application's own file, unless it has none (or is a single file): then with the framework's.
    private static string? ApplicationDependencies(string framework)
    {
        string? first = (AppContext.GetData("APP_CONTEXT_DEPS_FILES") as string)?.Split(';')[0];
        return string.IsNullOrEmpty(first) || first == framework ? null : first;
    }

    private static string? Sibling(string? file, string ending)
    {
        string? candidate = file is not null && file.EndsWith(ending, StringComparison.Ordinal) ? file[..^ending.Length] + ConfigurationEnding : null;
        return candidate is not null && File.Exists(candidate) ? candidate : null;
    }

    // "dotnet exec --runtimeconfig FILE …": a test host is started so, and so is every worker.
    private static string? ConfigurationFromCommandLine()
    {
        string[] line = Encoding.UTF8.GetString(File.ReadAllBytes("/proc/self/cmdline")).TrimEnd('\0').Split('\0');
        int option = line.Length > 1 && line[1] == "exec" ? Array.IndexOf(line, ConfigurationOption) : -1;
        return option >= 0 && option + 1 < line.Length && File.Exists(line[option + 1]) ? Path.GetFullPath(line[option + 1]) : null;
    }

    private static string? EntryLocation() => Assembly.GetEntryAssembly() is { } entry ? LocationOf(entry) : null;

    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "An empty location is what tells a single file; the callers handle it.")]
    private static string LocationOf(Assembly assembly) => assembly.Location;
}

using System.Runtime.InteropServices;
using System.Text;

namespace Plait.Processes.Bootstrap;

/// <summary>How our code comes to run in the new process.</summary>
internal enum BootstrapMode
{
    /// <summary>The runtime calls our startup hook before Main.</summary>
    StartupHook,

    /// <summary>Startup hooks are off in the application: Plait.Worker.dll is run with the application's configuration.</summary>
    WorkerEntry,

    /// <summary>Neither works (trimmed, or a single file with hooks off): Main must call <see cref="ChildProcess.RunIfWorker"/>.</summary>
    ExplicitCall,
}

/// <summary>The command that starts this program again, as a worker.</summary>
internal sealed record HostCommand(string FileName, IReadOnlyList<string> Arguments, BootstrapMode Mode)
{
    public const string WorkerFile = "Plait.Worker.dll";

    // Options of `dotnet exec` that take a value in the next argument.
    private static readonly string[] OptionsWithValue =
        ["--runtimeconfig", "--depsfile", "--additionalprobingpath", "--additional-deps", "--fx-version", "--roll-forward"];

    /// <summary>Found once; the same for every child of this process.</summary>
    public static HostCommand Current { get; } = Find();

    private static HostCommand Find()
    {
        string self = Environment.ProcessPath
            ?? throw new InvalidOperationException("The path of the running program is not known, so it cannot be started again as a worker.");
        bool areHooksOn = !AppContext.TryGetSwitch("System.StartupHookProvider.IsSupported", out bool isSupported) || isSupported;
        bool isMuxer = Path.GetFileName(self) == "dotnet";
        List<string> options = [];
        string? application = isMuxer ? ParseMuxer(ReadCommandLine(), options) : null;
        if (isMuxer && application is null)
        {
            throw new InvalidOperationException($"'{self}' runs no application of its own that could be started again as a worker.");
        }

        if (areHooksOn)
        {
            return new HostCommand(self, isMuxer ? ["exec", .. options, application!] : [], BootstrapMode.StartupHook);
        }

        return FindWorkerEntry(self, isMuxer, application, options)
            ?? new HostCommand(self, isMuxer ? ["exec", .. options, application!] : [], BootstrapMode.ExplicitCall);
    }

    private static HostCommand? FindWorkerEntry(string self, bool isMuxer, string? application, List<string> options)
    {
        string? worker = FindWorkerFile();
        string? muxer = isMuxer ? self : FindMuxer();
        string stem = application is null ? Path.Combine(AppContext.BaseDirectory, Path.GetFileName(self)) : Path.ChangeExtension(application, null);
        if (worker is null || muxer is null)
        {
            return null;
        }

        if (!options.Contains("--runtimeconfig"))
        {
            string configuration = stem + ".runtimeconfig.json";
            if (!File.Exists(configuration))
            {
                return null;
            }

            options.AddRange(["--runtimeconfig", configuration]);
        }

        string dependencies = stem + ".deps.json";
        if (!options.Contains("--depsfile") && File.Exists(dependencies))
        {
            options.AddRange(["--depsfile", dependencies]);
        }

        return new HostCommand(muxer, ["exec", .. options, worker], BootstrapMode.WorkerEntry);
    }

    private static string? FindWorkerFile()
    {
        string besideApplication = Path.Combine(AppContext.BaseDirectory, WorkerFile);
        if (File.Exists(besideApplication))
        {
            return besideApplication;
        }

        // Where every assembly lies in a folder of its own (some test hosts), the worker lies beside Plait.dll.
        string own = LocationOfPlait();
        string besidePlait = own.Length == 0 ? string.Empty : Path.Combine(Path.GetDirectoryName(own)!, WorkerFile);
        return File.Exists(besidePlait) ? besidePlait : null;
    }

    [System.Diagnostics.CodeAnalysis.UnconditionalSuppressMessage(
        "SingleFile", "IL3000", Justification = "An empty location is what tells a single file; the caller handles it.")]
    private static string LocationOfPlait() => typeof(HostCommand).Assembly.Location;

    private static string? FindMuxer()
    {
        // A shared runtime lies in ROOT/shared/Microsoft.NETCore.App/VERSION/.
        string fromRuntime = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));
        if (File.Exists(fromRuntime))
        {
            return fromRuntime;
        }

        string? root = Environment.GetEnvironmentVariable("DOTNET_ROOT");
        string fromRoot = root is null ? string.Empty : Path.Combine(root, "dotnet");
        return File.Exists(fromRoot) ? fromRoot : null;
    }

    /// <summary>Splits "dotnet [exec] options app.dll …": fills in the options, returns the application with its full path.</summary>
    internal static string? ParseMuxer(IReadOnlyList<string> commandLine, List<string> options)
    {
        int i = 1;
        if (i < commandLine.Count && commandLine[i] == "exec")
        {
            i++;
        }

        for (; i < commandLine.Count; i++)
        {
            string argument = commandLine[i];
            if (OptionsWithValue.Contains(argument) && i + 1 < commandLine.Count)
            {
                string value = commandLine[++i];
                options.Add(argument);
                options.Add(File.Exists(value) ? Path.GetFullPath(value) : value);
            }
            else if (argument.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))
            {
                // Relative to the directory the program was started in, which it may have left since.
                return FullPathOfApplication(argument);
            }
            else
            {
                return null;
            }
        }

        return null;
    }

    private static string FullPathOfApplication(string argument)
    {
        string besideBase = Path.Combine(AppContext.BaseDirectory, Path.GetFileName(argument));
        return Path.IsPathRooted(argument) || !File.Exists(besideBase) ? Path.GetFullPath(argument) : besideBase;
    }

    private static string[] ReadCommandLine() =>
        Encoding.UTF8.GetString(File.ReadAllBytes("/proc/self/cmdline")).TrimEnd('\0').Split('\0');
}

using System.Diagnostics;

namespace Plait.Hosting.Tests;

/// <summary>One run of a program: what it said, and what it left behind.</summary>
internal sealed record ProgramRun(string Command, int ExitCode, string Output, string Error, IReadOnlyList<string> LeftBehind)
{
    private const string MarkVariable = "HOSTING_TEST_RUN";
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    // What is ending just now may take this long for it.
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(2);

    /// <param name="file">What to run.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="folder">Where to run it; null for the root of the file system, so that nothing depends on the working copy being there.</param>
    /// <param name="variables">Added to its environment.</param>
    public static async Task<ProgramRun> OfAsync(
        string file, IReadOnlyList<string> arguments, string? folder = null, params (string Name, string Value)[] variables)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(s_limit);
        string mark = Guid.NewGuid().ToString();
        Directory.CreateDirectory(Path.Combine(Repository.Artifacts, "home"));
        string temporary = Directory.CreateTempSubdirectory("hosting-").FullName;
        ProcessStartInfo start = Describe(file, arguments, folder, [.. variables, (MarkVariable, mark), ("TMPDIR", temporary)]);
        using Process process = Process.Start(start)!;
        try
        {
            process.StandardInput.Close();
            Task<string> error = process.StandardError.ReadToEndAsync(limit.Token);
            string output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            string command = $"{Path.GetFileName(file)} {string.Join(' ', arguments)}";
            return new ProgramRun(command, process.ExitCode, output, await error, [.. await LeftProcessesAsync(mark), .. LeftFiles(temporary)]);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }

            Directory.Delete(temporary, recursive: true);
        }
    }

    /// <summary>The SDK, without servers that would outlive the command, and with the programs it makes of single files kept among the build's own files.</summary>
    public static Task<ProgramRun> OfSdkAsync(IReadOnlyList<string> arguments, string? folder = null, params (string Name, string Value)[] variables) => OfAsync(
        "dotnet",
        arguments,
        folder,
        [
            ("MSBUILDDISABLENODEREUSE", "1"), ("UseSharedCompilation", "false"), ("DOTNET_CLI_USE_MSBUILD_SERVER", "0"), ("DOTNET_NOLOGO", "1"),
            ("DOTNET_CLI_TELEMETRY_OPTOUT", "1"), ("XDG_DATA_HOME", Path.Combine(Repository.Artifacts, "home")), .. variables,
        ]);

    /// <summary>The run ended well and left nothing behind.</summary>
    public void ShouldSucceed()
    {
        Assert.True(ExitCode == 0, ToString());
        ShouldLeaveNothing();
    }

    public void ShouldLeaveNothing() => Assert.True(LeftBehind.Count == 0, $"Left behind: {string.Join("; ", LeftBehind)}\n{this}");

    public override string ToString() => $"'{Command}' ended with {ExitCode}\n{Output}\n{Error}";

    private static ProcessStartInfo Describe(string file, IReadOnlyList<string> arguments, string? folder, (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "/",
        };
        foreach ((string name, string value) in variables)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static async Task<List<string>> LeftProcessesAsync(string mark)
    {
        var left = new List<string>();
        using var grace = new CancellationTokenSource(s_grace);
        foreach (int pid in PidsWith(mark))
        {
            try
            {
                using Process process = Process.GetProcessById(pid);
                string name = process.ProcessName;
                try
                {
                    await process.WaitForExitAsync(grace.Token);
                }
                catch (OperationCanceledException)
                {
                    left.Add($"process {pid} ({name})");
                }
            }
            catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
            {
                // It ended between being listed and being looked at.
            }
        }

        return left;
    }

    private static IEnumerable<int> PidsWith(string mark)
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out int pid) && Read(folder + "/environ").Contains(mark, StringComparison.Ordinal))
            {
                yield return pid;
            }
        }
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    // The runtime leaves the sockets of its debugger and diagnostics when a process is killed; the SDK leaves folders of its own.
    private static IEnumerable<string> LeftFiles(string folder) =>
        Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories)
            .Where(path => Path.GetRelativePath(folder, path).Contains("plait", StringComparison.OrdinalIgnoreCase));
}

using System.Diagnostics;

namespace Plait.Cli.Tests;

/// <summary>One run of an executable, its outputs caught; it is killed with its children when the test is cancelled.</summary>
internal sealed record ProcessRun(int ExitCode, string Output, string Error)
{
    /// <param name="file">What to run.</param>
    /// <param name="args">Its arguments.</param>
    /// <param name="signal">A signal to send, by its short name, once a line with "ready" has come; null for none.</param>
    public static async Task<ProcessRun> OfAsync(string file, IReadOnlyList<string> args, string? signal = null)
    {
        CancellationToken token = TestContext.Current.CancellationToken;

        // A shell that starts the tests in the background makes them ignore SIGINT, and children inherit that.
        var start = new ProcessStartInfo("env", ["--default-signal=INT,TERM", file, .. args])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TERM"] = "xterm";
        using Process process = Process.Start(start)!;
        try
        {
            Task<string> error = process.StandardError.ReadToEndAsync(token);
            string seen = "";
            while (signal is not null && !seen.Contains("ready", StringComparison.Ordinal) && await process.StandardOutput.ReadLineAsync(token) is { } line)
            {
                seen += line + "\n";
            }

            if (signal is not null)
            {
                using Process kill = Process.Start("bash", ["-c", $"kill -{signal} {process.Id}"]);
                await kill.WaitForExitAsync(token);
            }

            string output = seen + await process.StandardOutput.ReadToEndAsync(token);
            await process.WaitForExitAsync(token);
            return new ProcessRun(process.ExitCode, output, await error);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}

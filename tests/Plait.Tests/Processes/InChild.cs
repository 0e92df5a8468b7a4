using System.Diagnostics;
using System.Text;

namespace Plait.Tests.Processes;

/// <summary>What functions of the tests do in a child.</summary>
internal static class InChild
{
    public const string Ready = "ready";

    public static void WaitForever()
    {
        using var never = new ManualResetEventSlim();
        never.Wait();
    }

    public static void Say(string line)
    {
        using Stream output = Console.OpenStandardOutput();
        output.Write(Encoding.UTF8.GetBytes(line + "\n"));
    }

    public static void SayReadyAndWait()
    {
        Say(Ready);
        WaitForever();
    }

    /// <summary>Writes numbered lines to standard error.</summary>
    public static void Complain(int lines)
    {
        using Stream output = Console.OpenStandardError();
        for (int i = 1; i <= lines; i++)
        {
            output.Write(Encoding.UTF8.GetBytes($"line {i}\n"));
        }
    }

    /// <summary>Runs a program and returns what it printed.</summary>
    public static string[] Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>A field of /proc/self/status.</summary>
    public static string Status(string field) =>
        File.ReadLines("/proc/self/status").First(line => line.StartsWith(field + ":", StringComparison.Ordinal))[(field.Length + 1)..].Trim();

    /// <summary>What a descriptor of this process stands for.</summary>
    public static string Target(int descriptor) => new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget ?? string.Empty;
}

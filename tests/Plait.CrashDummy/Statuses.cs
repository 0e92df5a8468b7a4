using System.Diagnostics;
using Plait.Processes;

namespace Plait.CrashDummy;

/// <summary>
/// Many children of Plait and of System.Diagnostics.Process at once, each ending in a known way: every status must be the
/// right one, and no zombie may stay. Last line: "checked N wrong N zombies N".
/// </summary>
internal static class Statuses
{
    public static int Run(int count)
    {
        Lines.Write($"pid {Environment.ProcessId}");
        var checks = new List<Task<string?>>();
        for (int i = 0; i < count; i++)
        {
            // The framework's comes first: it sets up the runtime's own handling of SIGCHLD.
            checks.Add(StartFramework(i));
            checks.Add(StartPlait(i));
        }

        string[] wrong = [.. Task.WhenAll(checks).GetAwaiter().GetResult().OfType<string>()];
        foreach (string line in wrong)
        {
            Lines.Write("wrong: " + line);
        }

        Lines.Write($"checked {checks.Count} wrong {wrong.Length} zombies {CountZombies()}");
        return 0;
    }

    private static Task<string?> StartPlait(int number) => (number % 5) switch
    {
        0 => Check(ChildProcess.Start(static (int n) => n * 2, number), number, ChildOutcomeKind.Returned, 0, null),
        1 => Check(ChildProcess.Start(static (int n) => Environment.Exit(n % 200), number), number, ChildOutcomeKind.Exited, number % 200, null),
        2 => Check(ChildProcess.Start(KillMyself, number), number, ChildOutcomeKind.Signaled, null, 9),
        3 => Check(ChildProcess.StartProgram("/bin/sh", ["-c", $"exit {number % 200}"]), number, ChildOutcomeKind.Exited, number % 200, null),
        _ => Check(ChildProcess.StartProgram("/bin/sh", ["-c", "kill -TERM $$"]), number, ChildOutcomeKind.Signaled, null, 15),
    };

    private static void KillMyself(int number)
    {
        using Process self = Process.GetCurrentProcess();
        self.Kill();
    }

    private static async Task<string?> Check(ChildProcess child, int number, ChildOutcomeKind kind, int? exitCode, int? signal)
    {
        await child.JoinAsync();
        ChildOutcome outcome = child.Outcome!;
        bool isRight = outcome.Kind == kind && outcome.ExitCode == exitCode && outcome.Signal == signal
            && (child is not ChildProcess<int> { Result: var value } || value == number * 2);
        await child.DisposeAsync();
        return isRight ? null : $"{outcome} ({outcome.Kind}, code {outcome.ExitCode}, signal {outcome.Signal}) instead of {kind}, {exitCode}, {signal}";
    }

    private static async Task<string?> StartFramework(int number)
    {
        using Process process = Process.Start("/bin/sh", ["-c", $"exit {number % 200}"]);
        await process.WaitForExitAsync();
        return process.ExitCode == number % 200 ? null : $"Process: code {process.ExitCode} instead of {number % 200}";
    }

    // Zombies of ours: somebody else's are somebody else's. The runtime reaps on a thread of its own, a moment later.
    private static int CountZombies()
    {
        using var never = new ManualResetEventSlim();
        int count = 0;
        for (int i = 0; i < 300; i++)
        {
            count = Directory.GetDirectories("/proc").Count(static folder => IsZombieOfOurs(folder));
            if (count == 0)
            {
                break;
            }

            never.Wait(10);
        }

        return count;
    }

    private static bool IsZombieOfOurs(string folder)
    {
        try
        {
            string stat = File.ReadAllText(Path.Combine(folder, "stat"));
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] == "Z" && int.Parse(fields[1]) == Environment.ProcessId;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

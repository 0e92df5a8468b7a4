using System.Diagnostics;
using Plait.Processes;

namespace Plait.CrashDummy;

/// <summary>What a worker, and the programs that it starts, see of the user's own DOTNET_STARTUP_HOOKS.</summary>
internal static class Hooks
{
    public const string Log = "PLAIT_DUMMY_HOOK_LOG";
    private const string Variable = "DOTNET_STARTUP_HOOKS";

    public static int Run()
    {
        Lines.Write($"main {Environment.ProcessId} {Environment.GetEnvironmentVariable(Variable)}");
        using ChildProcess<int> child = ChildProcess.Start(Look);
        Lines.Write($"result {child.Result}");
        return 0;
    }

    private static int Look()
    {
        Lines.Write($"child {Environment.ProcessId} {Environment.GetEnvironmentVariable(Variable)}");
        using (Process printenv = Process.Start(new ProcessStartInfo("printenv", [Variable]) { UseShellExecute = false, RedirectStandardOutput = true })!)
        {
            Lines.Write($"process {printenv.StandardOutput.ReadToEnd().TrimEnd()}");
            printenv.WaitForExit();
        }

        using ChildProcess program = ChildProcess.StartProgram("printenv", [Variable], new ChildProcessOptions { StandardOutput = ChildOutput.Pipe });
        using var said = new StreamReader(program.StandardOutput!);
        Lines.Write($"program {said.ReadToEnd().TrimEnd()}");
        program.Join();
        return 42;
    }
}

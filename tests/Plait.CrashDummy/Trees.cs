using Plait.Processes;

namespace Plait.CrashDummy;

/// <summary>A tree of processes, one child a generation, each with two foreign programs of its own. Each prints "up" with its pids when everything below it is started.</summary>
internal static class Trees
{
    public static int Run(string mode, int generations)
    {
        using ChildProcess child = ChildProcess.Start(Grow, mode == "busy", 1, generations);
        child.Join();
        return 0;
    }

    private static void Grow(bool isBusy, int generation, int generations)
    {
        int ofFramework = Forever.StartSleep();
        using ChildProcess ofOurs = ChildProcess.StartProgram(Forever.Program, [Forever.Seconds]);
        using ChildProcess? next = generation < generations ? ChildProcess.Start(Grow, isBusy, generation + 1, generations) : null;
        Lines.Write($"up {generation} {Environment.ProcessId} {ofFramework} {ofOurs.Pid}");
        if (isBusy)
        {
            Forever.Compute();
        }

        Forever.Wait();
    }
}

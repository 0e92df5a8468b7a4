using Plait.Cli.Chapters.Processes;
using Plait.Processes;
using Plait.Synchronization;

namespace Plait.Cli.Chapters.Theory;

/// <summary>A child that computes, then waits; and what the kernel says of it.</summary>
internal static class KernelStates
{
    /// <summary>In the child: says that it has begun, computes until it is tired, then waits until it is over.</summary>
    public static void Work(IEvent begun, IEvent tired, IEvent over)
    {
        begun.Set();
        while (!tired.IsSet)
        {
        }

        over.Wait();
    }

    /// <summary>Waits until the main thread of a process, which runs the child's function, is in a state.</summary>
    public static async Task<bool> ReachAsync(int pid, char state, ChapterContext context, TimeSpan limit)
    {
        bool reached = await ProcessTable.WaitUntilAsync(() => ProcessTable.Find(pid)?.State == state, limit, context.Time, context.Cancellation);
        context.Say($"the child is {(reached ? state : ProcessTable.Find(pid)?.State)}");
        return reached;
    }

    /// <summary>Sends a signal for which Plait has no method.</summary>
    public static void Send(string signal, int pid)
    {
        using ChildProcess kill = ChildProcess.StartProgram("/bin/sh", ["-c", $"kill -{signal} {pid}"]);
        kill.Join();
    }
}

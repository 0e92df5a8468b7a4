using Plait.Cli.Chapters.Processes;
using Plait.Threads;

namespace Plait.Cli.Chapters.Locks;

/// <summary>What came of starting threads without end, in a control group with room for a few.</summary>
/// <param name="Limit">The limit.</param>
/// <param name="ToldLimit">The limit as the exception tells it.</param>
/// <param name="Started">How many threads were started before one was refused.</param>
/// <param name="EndedWell">How many of them ended as they should.</param>
/// <param name="RunsAgain">Whether one could be started when they had ended.</param>
/// <param name="Message">What the exception says.</param>
internal sealed record ThreadRefusal(long Limit, long? ToldLimit, int Started, int EndedWell, bool RunsAgain, string Message)
{
    private const int Room = 50;

    /// <summary>Runs in a child process, which it puts into the control group.</summary>
    public static ThreadRefusal StartWithoutEnd(string group)
    {
        File.WriteAllText($"{group}/cgroup.procs", Environment.ProcessId.ToString());
        long limit = long.Parse(File.ReadAllText($"{group}/pids.current")) + Room;
        File.WriteAllText($"{group}/pids.max", limit.ToString());
        using var leave = new ManualResetEventSlim();
        var threads = new List<WorkerThread>();
        ThreadStartRefusedException? refused = null;
        while (refused is null)
        {
            refused = TryStart(() => leave.Wait(), threads);
        }

        leave.Set();
        threads.ForEach(thread => thread.Join());

        // A thread that has been joined may take the kernel a moment more.
        bool runsAgain = ProcessTable.WaitUntilAsync(() => TryStart(() => { }, []) is null, TimeSpan.FromSeconds(20), TimeProvider.System, CancellationToken.None).Result;
        return new ThreadRefusal(limit, refused.ControlGroupLimit, threads.Count, threads.Count(t => t.Outcome!.IsSuccess), runsAgain, refused.Message);
    }

    private static ThreadStartRefusedException? TryStart(Action work, List<WorkerThread> threads)
    {
        try
        {
            threads.Add(WorkerThread.Start(work));
            return null;
        }
        catch (ThreadStartRefusedException refused)
        {
            return refused;
        }
    }
}

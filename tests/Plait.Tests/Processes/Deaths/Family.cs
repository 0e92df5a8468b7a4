using Plait.Interop;
using Plait.Processes.Spawning;

namespace Plait.Tests.Processes.Deaths;

/// <summary>
/// A process and all its descendants, however they were started: they are told by a mark in the environment, which each
/// inherits from its parent. Those that are still there at the end are killed.
/// </summary>
internal sealed class Family : IDisposable
{
    public const string Variable = "PLAIT_FAMILY";

    public string Mark { get; } = Guid.NewGuid().ToString("N");

    /// <summary>The members that are there and not zombies. A process that has been started and not yet exec'd shows its parent's environment, so it counts.</summary>
    public int[] Alive()
    {
        string entry = $"{Variable}={Mark}";
        return [.. ProcFiles.All().Where(pid => ProcFiles.Environ(pid).Contains(entry, StringComparison.Ordinal) && ProcFiles.IsAlive(pid))];
    }

    /// <summary>Waits for the end of every member, and of the other processes named; the time that took, or who is left.</summary>
    public (TimeSpan Elapsed, string Left) WaitUntilGone(TimeSpan limit, params IEnumerable<int> others)
    {
        long start = TimeProvider.System.GetTimestamp();
        int empty = 0;

        // Twice empty: a process may be born behind the back of a scan, but not by nobody.
        while (empty < 2)
        {
            int[] alive = [.. Alive(), .. others.Where(ProcFiles.IsAlive)];
            empty = alive.Length == 0 ? empty + 1 : 0;
            foreach (int pid in alive)
            {
                TimeSpan left = limit - TimeProvider.System.GetElapsedTime(start);
                if (!WaitForEnd(pid, left > TimeSpan.Zero ? left : TimeSpan.Zero))
                {
                    string names = string.Join(", ", alive.Where(ProcFiles.IsAlive).Select(Describe));
                    if (names.Length > 0)
                    {
                        return (TimeProvider.System.GetElapsedTime(start), names);
                    }
                }
            }
        }

        return (TimeProvider.System.GetElapsedTime(start), string.Empty);
    }

    public void Dispose()
    {
        foreach (int pid in Alive())
        {
            Signal(pid, Signals.Kill);
        }
    }

    /// <summary>Sends a signal to one process, not to its group.</summary>
    public static void Signal(int pid, int signal)
    {
        using Descriptor? pidFd = ProcessCalls.OpenPidFd(pid);
        if (pidFd is not null)
        {
            _ = ProcessCalls.SignalPidFd(pidFd, signal);
        }
    }

    /// <summary>Waits until a process has ended; it may be a zombie then.</summary>
    public static bool WaitForEnd(int pid, TimeSpan limit)
    {
        Descriptor? pidFd = ProcessCalls.OpenPidFd(pid);
        if (pidFd is null)
        {
            return true;
        }

        var ended = new ManualResetEventSlim();
        long watch = Supervisor.Deaths.Watch(pidFd, id =>
        {
            Supervisor.Deaths.Forget(id, pidFd);
            ended.Set();
        });
        bool hasEnded = ended.Wait(limit);
        Supervisor.Deaths.Forget(watch, pidFd);
        Supervisor.Deaths.Post(pidFd.Dispose);
        return hasEnded;
    }

    private static string Describe(int pid) => $"{pid} ({ProcFiles.State(pid)}) {ProcFiles.CommandLine(pid)}";
}

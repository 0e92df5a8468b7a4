using Plait.Interop;

namespace Plait.Threads;

/// <summary>The threads of this process that have an object of ours and have not ended. It keeps them alive for the garbage collector too.</summary>
internal static class ThreadRegistry
{
    private const int FirstPruning = 64;

    private static readonly Lock Gate = new();

    // Guarded by Gate: ours in order of start, and those that only asked who they are. Nothing tells us when one of the latter ends.
    private static readonly List<WorkerThread> Started = [];
    private static readonly List<WorkerThread> Foreign = [];
    private static int s_pruneAt = FirstPruning;
    private static WorkerThread? s_main;

    [ThreadStatic]
    private static WorkerThread? t_current;

    public static WorkerThread Current => t_current ??= MakeCurrent();

    /// <summary>The object of the main thread; made here if nobody has asked for it before, whichever thread asks.</summary>
    public static WorkerThread Main
    {
        get
        {
            lock (Gate)
            {
                return s_main ??= WorkerThread.OfMain();
            }
        }
    }

    /// <summary>The object of the calling thread if it is one that we have started.</summary>
    public static WorkerThread? CurrentStarted => t_current is { IsForeign: false, IsMain: false } own ? own : null;

    public static void Add(WorkerThread thread)
    {
        lock (Gate)
        {
            Started.Add(thread);
        }
    }

    /// <summary>On the new thread: it is this one.</summary>
    public static void Enter(WorkerThread thread) => t_current = thread;

    public static void Remove(WorkerThread thread)
    {
        lock (Gate)
        {
            Started.Remove(thread);
        }
    }

    public static WorkerThread[] Snapshot()
    {
        WorkerThread main = Main;
        lock (Gate)
        {
            Foreign.RemoveAll(static thread => !thread.IsAlive);
            return [main, .. Started, .. Foreign];
        }
    }

    public static int CountStarted()
    {
        lock (Gate)
        {
            return Started.Count;
        }
    }

    private static WorkerThread MakeCurrent()
    {
        if (ProcessCalls.CurrentTid == ProcessCalls.CurrentPid)
        {
            return Main;
        }

        WorkerThread foreign = WorkerThread.OfForeign();
        lock (Gate)
        {
            Foreign.Add(foreign);
            if (Foreign.Count >= s_pruneAt)
            {
                Foreign.RemoveAll(static thread => !thread.IsAlive);
                s_pruneAt = Math.Max(FirstPruning, Foreign.Count * 2);
            }
        }

        return foreign;
    }
}

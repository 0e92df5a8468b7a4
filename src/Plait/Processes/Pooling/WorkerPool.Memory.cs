using Plait.Execution;
using Plait.Interop;

namespace Plait.Processes.Pooling;

/// <content>Limits of memory of single tasks, where a worker has no more than one: what it gains while it runs such a task is looked at until the task is over.</content>
internal sealed partial class WorkerPool
{
    private const long MemoryInterval = 10_000_000;

    /// <summary>What a task of a shared process uses is not known by itself, so no limit of it could be kept.</summary>
    /// <exception cref="ArgumentException">The task has a memory limit, and its worker runs others beside it.</exception>
    public void ThrowIfCannotKeep(WorkRequest work)
    {
        if (IsShared)
        {
            MemoryLimits.ThrowIfSet(work, Name);
        }
    }

    /// <summary>A task is about to be sent to a worker: what that has now is not the task's.</summary>
    private static void WatchMemory_UnderGate(PooledCall call, PooledWorker worker)
    {
        if (call.Options.MemoryLimit > 0)
        {
            worker.MemoryBefore = ProcessState.ReadResidentBytes(worker.Pid);
            worker.MemoryDeadline = MonotonicClock.Now + MemoryInterval;
            worker.SetDeadline();
        }
    }

    private void CheckMemory_UnderGate(PooledWorker worker, long now)
    {
        worker.MemoryDeadline = MonotonicClock.Never;
        if (worker.CallAt(worker.LastSent) is not { Options.MemoryLimit: > 0 and var limit } call)
        {
            return;
        }

        long gained = ProcessState.ReadResidentBytes(worker.Pid) - worker.MemoryBefore;
        if (gained <= limit || call.Stop is not null)
        {
            worker.MemoryDeadline = now + MemoryInterval;
            return;
        }

        var reason = StopReason.TookTooMuch(limit, gained);
        if (Stop_UnderGate(call, reason))
        {
            EndLater(call, reason);
        }
    }
}

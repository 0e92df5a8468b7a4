using Plait.Synchronization;
using Plait.Synchronization.Engine;

namespace Plait.Execution;

/// <summary>A thread of an executor waits for a task: known to the graph of waits, for the task may never find a thread.</summary>
internal sealed class TaskWait : FutureObserver
{
    private readonly TaskEnd _end;
    private readonly long _turn;

    private TaskWait(TaskEnd end, long turn)
    {
        _end = end;
        _turn = turn;
    }

    /// <summary>Blocks until the future has ended. False when the graph has no room: then the wait is not made.</summary>
    /// <exception cref="DeadlockException">It would never have ended.</exception>
    public static bool TryRun(Future future, ITaskPlace place)
    {
        TaskEnd end;
        try
        {
            end = TaskEnd.OfThread();
        }
        catch (Exception full) when (full is ScopeCapacityException or OutOfMemoryException)
        {
            return false;
        }

        long turn = end.Begin(future, future.Name, place);
        try
        {
            if (future.TryAttach(new TaskWait(end, turn)))
            {
                while (!future.IsDone)
                {
                    end.Wait();
                }
            }
        }
        finally
        {
            end.Over();
        }

        return true;
    }

    public override void OnDone(Future future) => _end.Set(_turn);
}

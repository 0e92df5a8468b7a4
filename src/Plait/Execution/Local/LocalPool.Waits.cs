using Plait.Synchronization.Engine;

namespace Plait.Execution.Local;

/// <content>What the graph of waits asks: who runs a task, and who could.</content>
internal sealed partial class LocalPool : ITaskPlace
{
    public int RunnerOf(object task)
    {
        foreach (LocalWorker worker in Workers)
        {
            if (ReferenceEquals(worker.Task, task))
            {
                return worker.ThreadId;
            }
        }

        return 0;
    }

    public IReadOnlyList<int> AllThreads()
    {
        LocalWorker[] workers = Workers;

        // One that is not there yet will take a task, and one whose task is given up in time has a successor.
        return workers.Length < Size || Array.Exists(workers, static worker => worker.ThreadId == 0 || (worker.Task is { } task && LocalStops.MayEndWithoutAThread(task.Options)))
            ? []
            : Array.ConvertAll(workers, static worker => worker.ThreadId);
    }
}

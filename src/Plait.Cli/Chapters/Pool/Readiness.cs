using Plait.Processes;

namespace Plait.Cli.Chapters.Pool;

/// <summary>Waits until a pool's workers have booted: work may be submitted before, but then the first to be ready does most of it.</summary>
internal static class Readiness
{
    public static async Task WaitAsync(ProcessExecutor pool, CancellationToken cancellation)
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look(WorkerEvent? happened)
        {
            if (pool.GetWorkers().Count(w => w.State == WorkerState.Idle) >= pool.WorkerCount)
            {
                ready.TrySetResult();
            }
        }

        pool.WorkerChanged += Look;
        Look(null);
        await ready.Task.WaitAsync(cancellation);
        pool.WorkerChanged -= Look;
    }
}

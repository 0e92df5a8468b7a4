using Plait.Interop;

namespace Plait.Processes.Spawning;

/// <summary>
/// The one thread that starts processes. A child's parent-death signal is tied to the thread that started it, so that
/// thread must live as long as this process does.
/// </summary>
internal sealed class Spawner
{
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly Queue<Action> _work = new();
    private readonly SemaphoreSlim _available = new(0);

    private Spawner()
    {
        var thread = new Thread(Loop, 256 * 1024) { IsBackground = true, Name = "Plait spawner" };
        thread.UnsafeStart();
    }

    public static Spawner Instance { get; } = new();

    /// <summary>Runs <paramref name="action"/> on the spawner thread and returns its result; an exception comes back as it was.</summary>
    public T Run<T>(Func<T> action)
    {
        var done = new TaskCompletionSource<T>();
        lock (_gate)
        {
            _work.Enqueue(() =>
            {
                try
                {
                    done.SetResult(action());
                }
                catch (Exception error)
                {
                    done.SetException(error);
                }
            });
        }

        _available.Release();
        return done.Task.GetAwaiter().GetResult();
    }

    /// <summary>Starts a process, with the processors it may use set on this thread for the moment, since they are inherited.</summary>
    public int Start(SpawnRequest request, IReadOnlyList<int>? affinity, out int pid)
    {
        int started = 0;
        int errno = Run(() =>
        {
            int[]? own = affinity is null ? null : ProcessCalls.GetAffinity(0);
            if (affinity is not null)
            {
                ProcessCalls.SetAffinity(0, affinity);
            }

            try
            {
                return Spawn.Start(request, out started);
            }
            finally
            {
                if (own is not null)
                {
                    ProcessCalls.SetAffinity(0, own);
                }
            }
        });
        pid = started;
        return errno;
    }

    private void Loop()
    {
        ProcessCalls.StopIgnoringChildren();
        while (true)
        {
            _available.Wait();
            Action next;
            lock (_gate)
            {
                next = _work.Dequeue();
            }

            next();
        }
    }
}

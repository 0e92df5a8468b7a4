using Plait.Interop;

namespace Plait.Processes.Spawning;

/// <summary>A process that has been started, or the refusal.</summary>
/// <param name="Errno">The error number that the system answered; 0 when it was started.</param>
/// <param name="Pid">Its number.</param>
/// <param name="PidFd">Stands for it; null when it was gone and reaped by the runtime (PID 1) before anybody could look. The caller owns it.</param>
internal readonly record struct Spawned(int Errno, int Pid, Descriptor? PidFd);

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

    /// <summary>
    /// Starts a process, with the processors it may use set on this thread for the moment, since they are inherited, and
    /// opens its pidfd at once: as PID 1 the runtime reaps whatever ends, and only a pidfd opened before that still tells how.
    /// </summary>
    /// <exception cref="SystemCallException">The processors, or the pidfd, were refused; nothing is left of the process.</exception>
    public Spawned Start(SpawnRequest request, IReadOnlyList<int>? affinity) => Run(() =>
    {
        int[]? own = affinity is null ? null : ProcessCalls.GetAffinity(0);
        if (affinity is not null)
        {
            ProcessCalls.SetAffinity(0, affinity);
        }

        try
        {
            return RuntimeReaping.Hold(() =>
            {
                int errno = Spawn.Start(request, out int pid);
                return new Spawned(errno, pid, errno == 0 ? OpenPidFd(pid) : null);
            });
        }
        finally
        {
            if (own is not null)
            {
                ProcessCalls.SetAffinity(0, own);
            }
        }
    });

    private static Descriptor? OpenPidFd(int pid)
    {
        try
        {
            return ProcessCalls.OpenPidFd(pid);
        }
        catch (SystemCallException)
        {
            ProcessCalls.KillAndReap(pid);
            throw;
        }
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

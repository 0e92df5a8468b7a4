using Plait.Interop;

namespace Plait.Synchronization.Engine;

/// <summary>
/// One thread for all scope memories of the process: it sleeps until one of the watched processes ends, and buries it. It starts
/// with the first process that is watched.
/// </summary>
internal static class DeathWatch
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<long, Watch> Watched = [];
    private static EventPoll? s_poll;
    private static long s_lastId;

    public static void Add(Descriptor pidFd, ScopeMemory memory, uint participant)
    {
        lock (Gate)
        {
            try
            {
                if (s_poll is null)
                {
                    s_poll = new EventPoll();
                    new Thread(Loop) { IsBackground = true, Name = "Plait deaths" }.Start();
                }

                s_poll.Register(pidFd, ++s_lastId);
                Watched[s_lastId] = new Watch(pidFd, memory, participant);
            }
            catch (Exception error) when (error is SystemCallException or OutOfMemoryException or ThreadStateException)
            {
                // No descriptor or no thread to be had: sleepers still look for themselves, a little later.
            }
        }
    }

    /// <summary>The descriptor is about to be closed.</summary>
    public static void Forget(Descriptor pidFd)
    {
        lock (Gate)
        {
            foreach ((long id, Watch watch) in Watched)
            {
                if (watch.PidFd == pidFd)
                {
                    s_poll!.Unregister(pidFd);
                    Watched.Remove(id);
                    return;
                }
            }
        }
    }

    private static void Loop()
    {
        Span<long> ids = stackalloc long[64];
        while (true)
        {
            int count = s_poll!.Wait(ids);
            foreach (long id in ids[..count])
            {
                Watch? dead;
                lock (Gate)
                {
                    if (!Watched.TryGetValue(id, out dead))
                    {
                        continue;
                    }
                }

                dead.Memory.Liveness.Bury(dead.Participant);
            }
        }
    }

    private sealed record Watch(Descriptor PidFd, ScopeMemory Memory, uint Participant);
}

namespace Plait.Processes.Bootstrap;

/// <summary>What has results to send.</summary>
internal interface IChunkSender
{
    void Flush();
}

/// <summary>In a worker: sends the finished results of a chunk while its next item takes long. One clock a process, which runs only while results wait.</summary>
internal static class ChunkFlusher
{
    private static readonly TimeSpan s_after = TimeSpan.FromMilliseconds(2);
    private static readonly Lock s_gate = new();

    // Guarded by s_gate: the chunks that have something to send. The clock runs while there are any.
    private static readonly List<IChunkSender> s_armed = [];
    private static Timer? s_timer;

    /// <summary>Called by the chunk's thread.</summary>
    public static void Arm(IChunkSender sender)
    {
        lock (s_gate)
        {
            if (s_armed.Contains(sender))
            {
                return;
            }

            s_armed.Add(sender);
            if (s_armed.Count > 1)
            {
                return;
            }

            if (s_timer is not null)
            {
                _ = s_timer.Change(s_after, Timeout.InfiniteTimeSpan);
                return;
            }

            // The timer is every call's: it must not hold the state of the one that made it.
            using (ExecutionContext.SuppressFlow())
            {
                s_timer = new Timer(static _ => Flush(), null, s_after, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Called by the chunk's thread, at its end.</summary>
    public static void Disarm(IChunkSender sender)
    {
        lock (s_gate)
        {
            if (s_armed.Remove(sender) && s_armed.Count == 0)
            {
                _ = s_timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private static void Flush()
    {
        IChunkSender[] senders;
        lock (s_gate)
        {
            senders = [.. s_armed];
            s_armed.Clear();
        }

        // Each has a gate of its own, which its thread holds while it sends.
        foreach (IChunkSender sender in senders)
        {
            sender.Flush();
        }
    }
}

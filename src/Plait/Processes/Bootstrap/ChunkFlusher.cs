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

    private static Timer? s_timer;
    private static IChunkSender? s_sender;

    /// <summary>Called by the worker's thread.</summary>
    public static void Arm(IChunkSender sender)
    {
        Volatile.Write(ref s_sender, sender);
        if (s_timer is null)
        {
            // The timer is every call's: it must not hold the state of the one that made it.
            using (ExecutionContext.SuppressFlow())
            {
                s_timer = new Timer(static _ => Volatile.Read(ref s_sender)?.Flush(), null, s_after, Timeout.InfiniteTimeSpan);
            }

            return;
        }

        _ = s_timer.Change(s_after, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Called by the worker's thread, at the end of every chunk.</summary>
    public static void Disarm()
    {
        if (s_sender is not null)
        {
            Volatile.Write(ref s_sender, null);
            _ = s_timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}

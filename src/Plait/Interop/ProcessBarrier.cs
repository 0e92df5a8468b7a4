namespace Plait.Interop;

/// <summary>
/// A full fence on every processor that runs one of the processes that asked to take part (membarrier, GLOBAL_EXPEDITED). With it, of two
/// sides that each write a word and then look at the other's, only the rare one pays: its fence stands for one on the other side too.
/// </summary>
/// <remarks>Linux 4.16 and later. A sandbox may refuse it: then both sides fence.</remarks>
internal static class ProcessBarrier
{
    private const int Query = 0;
    private const int GlobalExpedited = 2;
    private const int RegisterGlobalExpedited = 4;

    /// <summary>Whether this process can send it.</summary>
    public static bool IsSupported { get; } = (Libc.syscall(SystemCall.MemoryBarrier, Query, 0, 0, 0, 0, 0) & (GlobalExpedited | RegisterGlobalExpedited)) == (GlobalExpedited | RegisterGlobalExpedited);

    /// <summary>From now on this process is reached by those of others. Waits some milliseconds for the kernel. False when it is refused.</summary>
    public static bool Register() => IsSupported && Libc.syscall(SystemCall.MemoryBarrier, RegisterGlobalExpedited, 0, 0, 0, 0, 0) == 0;

    /// <summary>Fences this processor and all that run a process which has registered; false when it cannot.</summary>
    public static bool Send()
    {
        Interlocked.MemoryBarrier();
        return IsSupported && Libc.syscall(SystemCall.MemoryBarrier, GlobalExpedited, 0, 0, 0, 0, 0) == 0;
    }
}

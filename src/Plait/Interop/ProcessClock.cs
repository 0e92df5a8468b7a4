namespace Plait.Interop;

/// <summary>The processor time of a process, of all its threads, those that have ended included: to the nanosecond, where /proc tells hundredths of a second.</summary>
internal static unsafe class ProcessClock
{
    // clock_getcpuclockid(3): the complement of the number above three bits, of which 2 stands for the scheduler's own account.
    private const int ScheduledTime = 2;

    /// <summary>Nanoseconds that the process has run so far; null when there is no such process.</summary>
    public static long? Read(int pid)
    {
        Timespec time;
        return Libc.clock_gettime((~pid << 3) | ScheduledTime, &time) == 0 ? (time.Seconds * 1_000_000_000) + time.Nanoseconds : null;
    }
}

using System.Runtime.InteropServices;

namespace Plait.Interop;

/// <summary>How a process ended, as the kernel tells it.</summary>
/// <param name="IsKnown">False when somebody else reaped it (the runtime, as PID 1 or with SIGCHLD ignored).</param>
/// <param name="ExitCode">The exit code, when it exited.</param>
/// <param name="Signal">The signal that killed it, or 0.</param>
/// <param name="ProcessorTime">User plus system time of the process and the children it waited for.</param>
/// <param name="PeakResidentBytes">The largest resident set it had.</param>
internal readonly record struct WaitStatus(bool IsKnown, int ExitCode, int Signal, TimeSpan ProcessorTime, long PeakResidentBytes);

/// <summary>Signals, pidfds, reaping and per-process settings.</summary>
internal static unsafe class ProcessCalls
{
    /// <summary>The name under which <see cref="OpenPidFd"/> fails.</summary>
    public const string PidFdCall = "pidfd_open";

    private const int WaitPidFd = 3;
    private const int WaitStopped = 2;
    private const int WaitExited = 4;
    private const int WaitLeave = 0x0100_0000;
    private const int WaitNoHang = 1;
    private const int CodeExited = 1;
    private const int SetParentDeathSignal = 1;
    private const int SetName = 15;
    private const int PriorityProcess = 0;

    public static int CurrentPid => Libc.getpid();

    public static int CurrentTid => Libc.gettid();

    public static int ParentPid => Libc.getppid();

    public static int CurrentGroup => Libc.getpgrp();

    /// <summary>A descriptor that stands for the process itself, never for a later one with its number. Null when it is already gone and reaped.</summary>
    public static Descriptor? OpenPidFd(int pid)
    {
        long fd = Libc.syscall(SystemCall.PidFdOpen, pid, 0, 0, 0, 0, 0);
        if (fd >= 0)
        {
            return new Descriptor((int)fd);
        }

        int errno = Marshal.GetLastPInvokeError();
        return errno == Errno.ESRCH ? null : throw new SystemCallException(PidFdCall, errno);
    }

    /// <summary>Whether the process has ended, reaped or not.</summary>
    public static bool HasEnded(Descriptor pidFd)
    {
        const short Readable = 1;
        var descriptor = new PollDescriptor { Fd = pidFd.Number, Events = Readable };
        return Libc.poll(&descriptor, 1, 0) > 0;
    }

    /// <summary>Sends a signal through a pidfd; false when the process is gone.</summary>
    public static bool SignalPidFd(Descriptor pidFd, int signal) =>
        Libc.syscall(SystemCall.PidFdSendSignal, pidFd.Number, signal, 0, 0, 0, 0) == 0;

    /// <summary>Sends a signal to every member of a group; false when nobody is left in it. The caller holds the group's leader unreaped, so the number cannot have been given away.</summary>
    public static bool SignalGroup(int group, int signal) => group > 1 && Libc.kill(-group, signal) == 0;

    /// <summary>Whether a child is stopped by a signal, with every one of its threads. Nothing is collected.</summary>
    public static bool IsStopped(Descriptor pidFd)
    {
        ChildSignalInfo info = default;
        return Libc.syscall(SystemCall.WaitId, WaitPidFd, pidFd.Number, (nint)(&info), WaitStopped | WaitNoHang | WaitLeave, 0, 0) == 0 && info.Pid != 0;
    }

    /// <summary>Collects the status of a child that has ended. Null when it has not ended yet.</summary>
    public static WaitStatus? Reap(Descriptor pidFd)
    {
        ChildSignalInfo info;
        ResourceUsage usage;
        while (true)
        {
            info = default;
            usage = default;
            long result = Libc.syscall(
                SystemCall.WaitId, WaitPidFd, pidFd.Number, (nint)(&info), WaitExited | WaitNoHang, (nint)(&usage), 0);
            if (result == 0)
            {
                break;
            }

            int errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.ECHILD)
            {
                return ReadStatusOfReaped(pidFd);
            }

            if (errno != Errno.EINTR)
            {
                throw new SystemCallException("waitid", errno);
            }
        }

        if (info.Pid == 0)
        {
            return null;
        }

        var time = TimeSpan.FromSeconds(usage.UserSeconds + usage.SystemSeconds)
            + TimeSpan.FromMicroseconds(usage.UserMicroseconds + usage.SystemMicroseconds);
        bool exited = info.Code == CodeExited;
        return new WaitStatus(true, exited ? info.Status : 0, exited ? 0 : info.Status, time, usage.MaximumResidentKilobytes * 1024);
    }

    // Somebody else reaped it: the runtime does as PID 1. Since Linux 6.15 the pidfd still tells the status.
    private static WaitStatus ReadStatusOfReaped(Descriptor pidFd)
    {
        const nuint GetInfo = 0xC040_FF0B;
        const ulong ExitInfo = 8;
        byte* info = stackalloc byte[64];
        new Span<byte>(info, 64).Clear();
        *(ulong*)info = ExitInfo;
        if (Libc.ioctl(pidFd.Number, GetInfo, info) != 0 || (*(ulong*)info & ExitInfo) == 0)
        {
            return default;
        }

        int status = *(int*)(info + 60);
        int signal = status & 0x7f;
        return new WaitStatus(true, signal == 0 ? (status >> 8) & 0xff : 0, signal, TimeSpan.Zero, 0);
    }

    /// <summary>Asks the kernel to send this process a signal when the thread that started it ends.</summary>
    public static void SignalOnParentDeath(int signal) => _ = Libc.prctl(SetParentDeathSignal, (nuint)signal, 0, 0, 0);

    /// <summary>Names the calling thread: the main thread's name is what process listings show. The kernel keeps 15 bytes.</summary>
    public static void SetThreadName(string name)
    {
        fixed (byte* text = Utf8.Encode(name.Replace("\0", string.Empty)))
        {
            _ = Libc.prctl(SetName, (nuint)text, 0, 0, 0);
        }
    }

    /// <summary>Ends a child of ours that nobody watches yet, and waits for that.</summary>
    public static void KillAndReap(int pid)
    {
        const int WaitPid = 1;
        _ = Libc.kill(pid, Signals.Kill);
        ChildSignalInfo info;
        while (Libc.syscall(SystemCall.WaitId, WaitPid, pid, (nint)(&info), WaitExited, 0, 0) != 0 && Marshal.GetLastPInvokeError() == Errno.EINTR)
        {
            // Interrupted by a signal: wait on.
        }
    }

    public static int GetNice(int tid) => Libc.getpriority(PriorityProcess, (uint)tid);

    public static void SetNice(int tid, int nice)
    {
        if (Libc.setpriority(PriorityProcess, (uint)tid, nice) != 0)
        {
            throw new SystemCallException("setpriority", Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Gives every thread of this process the nice value; a closed /proc leaves them as they are.</summary>
    public static void SetNiceOfAllThreads(int nice)
    {
        const string Threads = "/proc/self/task";
        foreach (string thread in Directory.Exists(Threads) ? Directory.GetDirectories(Threads) : [])
        {
            _ = Libc.setpriority(PriorityProcess, uint.Parse(Path.GetFileName(thread)), nice);
        }
    }

    /// <summary>Keeps an inherited descriptor from the programs that this process starts.</summary>
    public static void CloseOnExec(int fd)
    {
        const int SetDescriptorFlags = 2;
        const int CloseOnExecFlag = 1;
        _ = Libc.fcntl(fd, SetDescriptorFlags, CloseOnExecFlag);
    }

    public static void Close(int fd) => _ = Libc.close(fd);

    /// <summary>The processors a thread may run on (0: the caller), ascending.</summary>
    public static int[] GetAffinity(int tid)
    {
        byte* mask = stackalloc byte[1024];
        int size = Libc.sched_getaffinity(tid, 1024, mask);
        if (size < 0)
        {
            throw new SystemCallException("sched_getaffinity", Marshal.GetLastPInvokeError());
        }

        var processors = new List<int>();
        for (int i = 0; i < 1024 * 8; i++)
        {
            if ((mask[i / 8] & (1 << (i % 8))) != 0)
            {
                processors.Add(i);
            }
        }

        return [.. processors];
    }

    public static void SetAffinity(int tid, IEnumerable<int> processors)
    {
        byte* mask = stackalloc byte[1024];
        new Span<byte>(mask, 1024).Clear();
        foreach (int processor in processors)
        {
            mask[processor / 8] |= (byte)(1 << (processor % 8));
        }

        if (Libc.sched_setaffinity(tid, 1024, mask) != 0)
        {
            throw new SystemCallException("sched_setaffinity", Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>
    /// Stops this process until somebody continues it; returns after that. The signal goes to the calling thread: sent to
    /// the process, another thread would take it, and this one would run on for a moment, past the stop.
    /// </summary>
    public static void StopSelf() => _ = Libc.raise(Signals.Stop);

    /// <summary>
    /// A process started with SIGCHLD ignored has its children reaped by the kernel, status and all, and the runtime's own
    /// Process hangs there too: the default is put back. A handler that somebody set stays.
    /// </summary>
    public static void StopIgnoringChildren()
    {
        const int ChildEnded = 17;
        const nint Ignore = 1;
        nint* current = stackalloc nint[32];
        if (Libc.sigaction(ChildEnded, null, current) == 0 && current[0] == Ignore)
        {
            _ = Libc.signal(ChildEnded, 0);
        }
    }

    /// <summary>Ends this process at once with a signal that cannot be caught.</summary>
    public static void KillSelf()
    {
        _ = Libc.kill(Libc.getpid(), Signals.Kill);
    }
}

/// <summary>Signal numbers; the same on x64 and arm64.</summary>
internal static class Signals
{
    public const int Hangup = 1;
    public const int Interrupt = 2;
    public const int Quit = 3;
    public const int Illegal = 4;
    public const int Trap = 5;
    public const int Abort = 6;
    public const int Bus = 7;
    public const int FloatingPoint = 8;
    public const int Kill = 9;
    public const int Segment = 11;
    public const int Pipe = 13;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    /// <summary>SIGKILL for 9 and so on; the bare number for those without a common name.</summary>
    public static string Name(int signal) => signal switch
    {
        Hangup => "SIGHUP",
        Interrupt => "SIGINT",
        Quit => "SIGQUIT",
        Illegal => "SIGILL",
        Trap => "SIGTRAP",
        Abort => "SIGABRT",
        Bus => "SIGBUS",
        FloatingPoint => "SIGFPE",
        Kill => "SIGKILL",
        Segment => "SIGSEGV",
        Pipe => "SIGPIPE",
        Terminate => "SIGTERM",
        Continue => "SIGCONT",
        Stop => "SIGSTOP",
        24 => "SIGXCPU",
        31 => "SIGSYS",
        _ => $"signal {signal}",
    };
}

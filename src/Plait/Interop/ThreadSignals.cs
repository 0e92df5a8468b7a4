using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Plait.Interop;

/// <summary>
/// The signals with which the kernel tells one thread of its descriptors (fcntl(2), "Managing signals"): the thread blocks them, so they interrupt nothing, and takes them one by one. For that thread,
/// but for <see cref="Wake"/>.
/// </summary>
/// <remarks>
/// A descriptor tells by a real-time signal, of which each is kept with its number and what has come, as long as there is room (RLIMIT_SIGPENDING, for all processes of a user together). Without room the kernel sends SIGIO,
/// which says nothing but that; of it, one always fits.
/// </remarks>
internal sealed unsafe class ThreadSignals : IDisposable
{
    /// <summary>SIGIO.</summary>
    public const int Overflow = 29;

    /// <summary>What descriptors tell by. Of the real-time signals, glibc has 32 and 33 for itself, and the runtime 34, the first that is free.</summary>
    public const int Told = 40;

    private const int Block = 0;
    private const int Unblock = 1;
    private const int SetWords = 16;
    private const int OwnerIsThread = 0;

    // Of a set only the first word is used: signal n is bit n - 1.
    private const ulong Ours = (1UL << (Overflow - 1)) | (1UL << (Told - 1));

    private readonly int _thread = Libc.gettid();

    // Of the two, those that the thread did not block before.
    private readonly ulong _blockedHere;

    /// <summary>The calling thread blocks them from now on.</summary>
    public ThreadSignals()
    {
        ulong* before = stackalloc ulong[SetWords];
        Change(Block, Ours, before);
        _blockedHere = Ours & ~before[0];
    }

    /// <summary>The descriptor tells this thread what comes from now on, and not what is there. It must not block.</summary>
    /// <exception cref="SystemCallException">The system refused.</exception>
    public void Direct(int fd)
    {
        Debug.Assert(Libc.gettid() == _thread, "Another thread.");

        // The kernel keeps the number with which telling was switched on, which may be a duplicate's: off first. The owner comes last: nothing is told before, and nothing at all if something here fails.
        Check(Libc.fcntl(fd, FileFlags.SetSignal, Told), "fcntl(F_SETSIG)");
        Check(Libc.fcntl(fd, FileFlags.SetFlags, FileFlags.NonBlocking), "fcntl(F_SETFL)");
        Check(Libc.fcntl(fd, FileFlags.SetFlags, FileFlags.NonBlocking | FileFlags.Asynchronous), "fcntl(O_ASYNC)");
        int* owner = stackalloc int[2];
        owner[0] = OwnerIsThread;
        owner[1] = _thread;
        Check(Libc.fcntl(fd, FileFlags.SetOwnerEx, (nint)owner), "fcntl(F_SETOWN_EX)");
    }

    /// <summary>It tells this thread nothing any more, whoever has a duplicate of it. What it has told may still be waiting to be taken. Another thread that a duplicate was directed to since then is told on.</summary>
    public void StopDirecting(int fd)
    {
        int* owner = stackalloc int[2];
        if (Libc.fcntl(fd, FileFlags.GetOwnerEx, (nint)owner) == 0 && (owner[0] != OwnerIsThread || owner[1] != _thread))
        {
            return;
        }

        _ = Libc.fcntl(fd, FileFlags.SetOwner, 0);
        _ = Libc.fcntl(fd, FileFlags.SetFlags, FileFlags.NonBlocking);
    }

    /// <summary>Takes the next signal, <see cref="Overflow"/> before all others; blocks until there is one. False: the time was over.</summary>
    /// <param name="deadline">By the monotonic clock; 0 to look only.</param>
    /// <param name="signal">What was taken.</param>
    public static bool TryTake(long deadline, out TakenSignal signal)
    {
        ulong* set = stackalloc ulong[SetWords];
        new Span<ulong>(set, SetWords).Clear();
        set[0] = Ours;
        Timespec left;
        fixed (TakenSignal* taken = &signal)
        {
            while (true)
            {
                if (Libc.sigtimedwait(set, taken, MonotonicClock.Left(deadline, &left)) > 0)
                {
                    return true;
                }

                if (Marshal.GetLastPInvokeError() is not (Errno.EINTR or Errno.EAGAIN) and int errno)
                {
                    throw new SystemCallException("sigtimedwait", errno);
                }

                if (MonotonicClock.IsOver(deadline))
                {
                    return false;
                }
            }
        }
    }

    /// <summary>
    /// The thread finds a signal that no descriptor has sent: or, when no more fits, <see cref="Overflow"/>. From any thread, while this is not disposed: the thread's number might belong to another one later.
    /// </summary>
    public void Wake()
    {
        if (Libc.syscall(SystemCall.SignalThread, Libc.getpid(), _thread, Told, 0, 0, 0) != 0)
        {
            _ = Libc.syscall(SystemCall.SignalThread, Libc.getpid(), _thread, Overflow, 0, 0, 0);
        }
    }

    /// <summary>Once nothing sends any more: what is left is dropped, since it would end the process, and the thread is as it was.</summary>
    public void Dispose()
    {
        Debug.Assert(Libc.gettid() == _thread, "Another thread.");
        while (TryTake(MonotonicClock.AtOnce, out _))
        {
        }

        Change(Unblock, _blockedHere, previous: null);
    }

    private static void Change(int how, ulong signals, ulong* previous)
    {
        ulong* set = stackalloc ulong[SetWords];
        new Span<ulong>(set, SetWords).Clear();
        set[0] = signals;
        if (Libc.pthread_sigmask(how, set, previous) is not 0 and int errno)
        {
            throw new SystemCallException("pthread_sigmask", errno);
        }
    }

    private static void Check(int result, string call)
    {
        if (result != 0)
        {
            throw new SystemCallException(call, Marshal.GetLastPInvokeError());
        }
    }
}

/// <summary>The part of siginfo_t that tells of descriptors.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal readonly struct TakenSignal
{
    [FieldOffset(0)]
    public readonly int Number;

    [FieldOffset(8)]
    private readonly int _code;

    [FieldOffset(16)]
    private readonly long _band;

    [FieldOffset(24)]
    private readonly int _descriptor;

    /// <summary>The number that the descriptor had when it was directed to the thread; -1 when somebody else has sent the signal.</summary>
    public int Descriptor => Number == ThreadSignals.Told && _code > 0 ? _descriptor : -1;

    /// <summary>What has come, or has become possible.</summary>
    public EpollEvents Events => (EpollEvents)(uint)_band;
}

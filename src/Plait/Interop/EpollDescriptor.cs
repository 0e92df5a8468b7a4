using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Plait.Interop;

/// <summary>What epoll(7) is asked for, and what it tells. The lowest bits are those of poll(2) as well.</summary>
[Flags]
internal enum EpollEvents : uint
{
    None = 0,
    Readable = 1,
    Urgent = 2,
    Writable = 4,

    /// <summary>Told without being asked for.</summary>
    Error = 8,

    /// <summary>Both directions are over. Told without being asked for.</summary>
    HangUp = 16,

    /// <summary>The other end will send nothing more.</summary>
    PeerClosed = 0x2000,

    /// <summary>Of several epolls that watch the same file, one or a few are woken instead of all. For <see cref="EpollDescriptor.Add"/> only: such an entry cannot be changed.</summary>
    Exclusive = 1u << 28,

    /// <summary>Told once, and then not again until it is changed.</summary>
    Once = 1u << 30,

    /// <summary>Told when something comes, not for as long as something is there.</summary>
    EdgeTriggered = 1u << 31,
}

/// <summary>
/// epoll(7): a set of descriptors in the kernel, each with events and a number of 64 bits that comes back with them. Any thread may change the set at any
/// time, one waits. A wait allocates nothing.
/// </summary>
/// <remarks>
/// An entry belongs to a descriptor's number and to the open file behind it, and goes when the last descriptor of that file is closed. While a duplicate lives,
/// here or in a process that inherited one, the entry of a closed number stays, is told, and cannot be named any more to remove it. So the number that comes back
/// should tell its user whether he still knows the entry; a new epoll is the only cure.
/// </remarks>
internal sealed unsafe class EpollDescriptor : IDisposable
{
    /// <summary>How large the buffer of <see cref="Wait(long)"/> becomes at most.</summary>
    public const int MostEvents = 16 * 1024;

    private const int FirstEvents = 64;
    private const int OperationAdd = 1;
    private const int OperationRemove = 2;
    private const int OperationChange = 3;

    private static readonly bool s_hasNanoseconds = Probe();

    // struct epoll_event is packed on x64 only. The events come first, the number last.
    private static readonly int s_entrySize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private readonly Descriptor _epoll;
    private readonly bool _hasNanoseconds;

    // Pinned: the kernel writes into it while the thread is outside of the runtime's sight.
    private byte[] _buffer = [];
    private bool _wasFull;

    /// <summary>An empty set.</summary>
    /// <param name="mayUseNanoseconds">False to wait in whole milliseconds even if the kernel (5.11) knows finer times.</param>
    /// <exception cref="SystemCallException">There is no descriptor, or no epoll.</exception>
    public EpollDescriptor(bool mayUseNanoseconds = true)
    {
        _epoll = new Descriptor(Libc.epoll_create1(FileFlags.CloseOnExec));
        if (_epoll.IsInvalid)
        {
            throw new SystemCallException("epoll_create1", Marshal.GetLastPInvokeError());
        }

        _hasNanoseconds = mayUseNanoseconds && s_hasNanoseconds;
    }

    /// <summary>Itself readable while anything in the set is ready.</summary>
    public Descriptor Handle => _epoll;

    /// <summary>How many events one call of <see cref="Wait(long)"/> brings at most.</summary>
    public int Capacity => _buffer.Length / s_entrySize;

    /// <summary>0, or the error's number: EEXIST, EBADF, EPERM (always ready, such as a plain file), ENOSPC (fs.epoll.max_user_watches), ENOMEM, ELOOP.</summary>
    public int Add(int number, EpollEvents events, ulong id) => Control(OperationAdd, number, events, id);

    /// <summary>0, or the error's number: ENOENT, EBADF, EINVAL (it is <see cref="EpollEvents.Exclusive"/>).</summary>
    public int Change(int number, EpollEvents events, ulong id) => Control(OperationChange, number, events, id);

    /// <summary>0, or the error's number: ENOENT or EBADF when the number does not stand any more for what was added.</summary>
    public int Remove(int number) => Control(OperationRemove, number, EpollEvents.None, 0);

    /// <summary>Blocks until something is ready; how many events there are, 0 when the time was over. The buffer grows when it was too small for all that was ready.</summary>
    /// <param name="deadline">By the monotonic clock; 0 to look only.</param>
    public int Wait(long deadline)
    {
        int count = Wait(_wasFull ? Math.Min(Capacity * 2, MostEvents) : Math.Max(Capacity, FirstEvents), deadline);
        _wasFull = count == Capacity;
        return count;
    }

    /// <summary>As <see cref="Wait(long)"/>, with at most so many events. What is left out comes first in the next call.</summary>
    public int Wait(int most, long deadline)
    {
        if (Capacity < most)
        {
            _buffer = GC.AllocateUninitializedArray<byte>(most * s_entrySize, pinned: true);
        }

        byte* entries = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_buffer));
        while (true)
        {
            int count = _hasNanoseconds ? WaitPrecisely(entries, most, deadline) : Libc.epoll_wait(_epoll.Number, entries, most, Milliseconds(deadline));
            if (count > 0)
            {
                return count;
            }

            if (count < 0 && Marshal.GetLastPInvokeError() is not Errno.EINTR and int errno)
            {
                throw new SystemCallException("epoll_wait", errno);
            }

            if (MonotonicClock.IsOver(deadline))
            {
                return 0;
            }
        }
    }

    /// <summary>The events of one of those that the last wait brought.</summary>
    public EpollEvents EventsAt(int index) => (EpollEvents)Unsafe.ReadUnaligned<uint>(ref _buffer[index * s_entrySize]);

    /// <summary>The number of one of those that the last wait brought.</summary>
    public ulong IdAt(int index) => Unsafe.ReadUnaligned<ulong>(ref _buffer[(index * s_entrySize) + s_entrySize - sizeof(ulong)]);

    public void Dispose() => _epoll.Dispose();

    private int Control(int operation, int number, EpollEvents events, ulong id)
    {
        byte* entry = stackalloc byte[16];
        Unsafe.WriteUnaligned(entry, (uint)events);
        Unsafe.WriteUnaligned(entry + s_entrySize - sizeof(ulong), id);
        return Libc.epoll_ctl(_epoll.Number, operation, number, entry) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    private int WaitPrecisely(byte* entries, int most, long deadline)
    {
        Timespec left;
        return (int)Libc.syscall(SystemCall.EventPollWait, _epoll.Number, (nint)entries, most, (nint)MonotonicClock.Left(deadline, &left), 0, 0);
    }

    // Rounded up: woken early it would only look at the clock and sleep again.
    private static int Milliseconds(long deadline) => deadline switch
    {
        MonotonicClock.AtOnce => 0,
        MonotonicClock.Never => -1,
        _ => (int)Math.Clamp((deadline - MonotonicClock.Now + 999_999) / 1_000_000, 0, int.MaxValue),
    };

    // A kernel that knows the call, and a sandbox that lets it pass, say that there is no such descriptor.
    private static bool Probe() => Libc.syscall(SystemCall.EventPollWait, -1, 0, 1, 0, 0, 0) != 0 && Marshal.GetLastPInvokeError() is Errno.EBADF;
}

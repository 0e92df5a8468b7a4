using System.Runtime.InteropServices;

namespace Plait.Interop;

/// <summary>epoll(7), level-triggered: what threads need that watch for others. Entries are named by a number that is never reused.</summary>
internal sealed unsafe class EventPoll : IDisposable
{
    private const int Add = 1;
    private const int Delete = 2;
    private const uint Readable = 1;
    private const uint Writable = 4;
    private const uint Once = 1 << 30;

    // struct epoll_event is packed on x64 only.
    private static readonly int EntrySize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private readonly Descriptor _epoll;
    private readonly Descriptor _wake;

    public EventPoll()
    {
        _epoll = new Descriptor(Libc.epoll_create1(FileFlags.CloseOnExec));
        _wake = new Descriptor(Libc.eventfd(0, FileFlags.CloseOnExec | FileFlags.NonBlocking));
        if (_epoll.IsInvalid || _wake.IsInvalid)
        {
            throw new SystemCallException("epoll_create1", Marshal.GetLastPInvokeError());
        }

        Register(_wake, 0);
    }

    /// <summary>Itself readable while anything that is registered is ready.</summary>
    public Descriptor Handle => _epoll;

    public void Register(Descriptor descriptor, long id) => Register(descriptor, id, Readable);

    /// <summary>Tells once that the descriptor is readable, or writable, or that the other end is gone.</summary>
    public void RegisterOnce(Descriptor descriptor, long id, bool forWriting) => Register(descriptor, id, Once | (forWriting ? Writable : Readable));

    private void Register(Descriptor descriptor, long id, uint events)
    {
        byte* entry = stackalloc byte[16];
        *(uint*)entry = events;
        *(long*)(entry + EntrySize - 8) = id;
        if (Libc.epoll_ctl(_epoll.Number, Add, descriptor.Number, entry) != 0)
        {
            throw new SystemCallException("epoll_ctl", Marshal.GetLastPInvokeError());
        }
    }

    public void Unregister(Descriptor descriptor)
    {
        byte* entry = stackalloc byte[16];
        _ = Libc.epoll_ctl(_epoll.Number, Delete, descriptor.Number, entry);
    }

    /// <summary>Blocks until something is readable; fills in the numbers of what is, 0 being a <see cref="Wake"/>.</summary>
    public int Wait(Span<long> ids)
    {
        byte* entries = stackalloc byte[16 * 64];
        int count = Libc.epoll_wait(_epoll.Number, entries, Math.Min(64, ids.Length), -1);
        for (int i = 0; i < count; i++)
        {
            ids[i] = *(long*)(entries + (i * EntrySize) + EntrySize - 8);
            if (ids[i] == 0)
            {
                ulong drained;
                _ = Libc.read(_wake.Number, &drained, 8);
            }
        }

        if (count < 0 && Marshal.GetLastPInvokeError() is not Errno.EINTR and int errno)
        {
            throw new SystemCallException("epoll_wait", errno);
        }

        return Math.Max(count, 0);
    }

    public void Wake()
    {
        ulong one = 1;
        _ = Libc.write(_wake.Number, &one, 8);
    }

    public void Dispose()
    {
        _epoll.Dispose();
        _wake.Dispose();
    }
}

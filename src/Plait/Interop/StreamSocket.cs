using System.Runtime.InteropServices;

namespace Plait.Interop;

/// <summary>A Unix stream socket. Calls block; one thread reads at a time, and one writes.</summary>
/// <remarks>
/// <see cref="Shutdown"/> may come from any thread and wakes both; <see cref="Descriptor"/>.Dispose only from whoever knows that no thread is
/// inside a call: the number could otherwise name another file by then.
/// </remarks>
internal sealed unsafe class StreamSocket : IDisposable
{
    private const int Backlog = 128;
    private const short Readable = 1;
    private const int ConnectionAborted = 103;

    private readonly Descriptor _descriptor;

    private StreamSocket(Descriptor descriptor) => _descriptor = descriptor;

    /// <summary>The longest path that a socket can have.</summary>
    public static int LongestPath => SocketCalls.PathBytes - 1;

    /// <summary>Makes a socket at <paramref name="path"/> that others can connect to.</summary>
    /// <exception cref="SystemCallException">There is something at the path, the folder is not there, or no descriptor is left.</exception>
    public static StreamSocket Listen(string path)
    {
        StreamSocket socket = Create();
        try
        {
            byte* address = stackalloc byte[sizeof(ushort) + SocketCalls.PathBytes];
            uint length = WriteAddress(address, path);
            if (SocketCalls.bind(socket._descriptor.Number, address, length) != 0)
            {
                int errno = Marshal.GetLastPInvokeError();
                throw new SystemCallException($"bind to {path}", errno);
            }

            if (SocketCalls.listen(socket._descriptor.Number, Backlog) != 0)
            {
                int errno = Marshal.GetLastPInvokeError();
                throw new SystemCallException($"listen at {path}", errno);
            }

            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects to the socket at <paramref name="path"/>. Blocks only while its backlog is full.</summary>
    /// <exception cref="SystemCallException">Nobody listens there.</exception>
    public static StreamSocket Connect(string path)
    {
        StreamSocket socket = Create();
        byte* address = stackalloc byte[sizeof(ushort) + SocketCalls.PathBytes];
        uint length = WriteAddress(address, path);
        while (SocketCalls.connect(socket._descriptor.Number, address, length) != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            if (errno != Errno.EINTR)
            {
                socket.Dispose();
                throw new SystemCallException($"connect to {path}", errno);
            }
        }

        return socket;
    }

    /// <summary>The next connection; null once the socket is shut down.</summary>
    public StreamSocket? Accept()
    {
        while (true)
        {
            int fd = SocketCalls.accept4(_descriptor.Number, null, null, SocketCalls.CloseOnExec);
            if (fd >= 0)
            {
                return new StreamSocket(new Descriptor(fd));
            }

            int errno = Marshal.GetLastPInvokeError();
            if (errno is Errno.EMFILE or Errno.ENFILE or Errno.ENOMEM)
            {
                // Until somebody closes something, or shuts this down; the connection stays in the backlog meanwhile.
                _ = WaitReadable(MonotonicClock.After(TimeSpan.FromMilliseconds(50)), events: 0);
            }
            else if (errno is not (Errno.EINTR or ConnectionAborted))
            {
                return null;
            }
        }
    }

    /// <summary>The user and the process at the other end, as the kernel knows them since the connection was made.</summary>
    public (uint User, int Pid) Peer
    {
        get
        {
            SocketCalls.Credentials credentials;
            uint length = (uint)sizeof(SocketCalls.Credentials);
            return SocketCalls.getsockopt(_descriptor.Number, SocketCalls.SocketLevel, SocketCalls.PeerCredentials, &credentials, &length) == 0
                ? (credentials.User, credentials.Pid)
                : throw new SystemCallException("getsockopt(SO_PEERCRED)", Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Sends the parts one after another, all of them; false when the other end is gone.</summary>
    public bool Send(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third)
    {
        fixed (byte* a = first)
        fixed (byte* b = second)
        fixed (byte* c = third)
        {
            SocketCalls.Part* parts = stackalloc SocketCalls.Part[3];
            parts[0] = new SocketCalls.Part { Start = a, Length = (nuint)first.Length };
            parts[1] = new SocketCalls.Part { Start = b, Length = (nuint)second.Length };
            parts[2] = new SocketCalls.Part { Start = c, Length = (nuint)third.Length };
            return Send(parts, 3);
        }
    }

    /// <summary>Reads what is there, blocking until there is something: 0 at the end of the stream.</summary>
    public int Receive(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                nint count = SocketCalls.recv(_descriptor.Number, start, (nuint)buffer.Length, 0);
                if (count >= 0)
                {
                    return (int)count;
                }

                if (Marshal.GetLastSystemError() != Errno.EINTR)
                {
                    return 0;
                }
            }
        }
    }

    /// <summary>Blocks until there is something to read, or the end of the stream; false at the deadline.</summary>
    public bool WaitReadable(long deadline) => WaitReadable(deadline, Readable);

    /// <summary>Ends the stream both ways: whoever reads or accepts, here or there, comes back.</summary>
    public void Shutdown() => _ = SocketCalls.shutdown(_descriptor.Number, SocketCalls.ShutBoth);

    public void Dispose() => _descriptor.Dispose();

    private static StreamSocket Create()
    {
        int fd = SocketCalls.socket(SocketCalls.LocalFamily, SocketCalls.Stream | SocketCalls.CloseOnExec, 0);
        return fd >= 0 ? new StreamSocket(new Descriptor(fd)) : throw new SystemCallException("socket", Marshal.GetLastPInvokeError());
    }

    private static uint WriteAddress(byte* address, string path)
    {
        byte[] text = Utf8.Encode(path);
        if (text.Length > SocketCalls.PathBytes)
        {
            throw new PathTooLongException($"The path {path} has {text.Length - 1} bytes; that of a socket has at most {LongestPath}. Set XDG_RUNTIME_DIR or TMPDIR to a shorter folder.");
        }

        *(ushort*)address = SocketCalls.LocalFamily;
        text.CopyTo(new Span<byte>(address + sizeof(ushort), SocketCalls.PathBytes));
        return (uint)(sizeof(ushort) + text.Length);
    }

    private bool Send(SocketCalls.Part* parts, int count)
    {
        var message = new SocketCalls.MessageHeader { Parts = parts, PartCount = (nuint)count };
        while (message.PartCount > 0)
        {
            nint sent = SocketCalls.sendmsg(_descriptor.Number, &message, SocketCalls.NoSignal);
            if (sent < 0)
            {
                if (Marshal.GetLastPInvokeError() == Errno.EINTR)
                {
                    continue;
                }

                return false;
            }

            for (nuint left = (nuint)sent; message.PartCount > 0;)
            {
                nuint here = Math.Min(left, message.Parts->Length);
                message.Parts->Start += here;
                message.Parts->Length -= here;
                left -= here;
                if (message.Parts->Length > 0)
                {
                    break;
                }

                message.Parts++;
                message.PartCount--;
            }
        }

        return true;
    }

    private bool WaitReadable(long deadline, short events)
    {
        while (true)
        {
            long left = deadline == MonotonicClock.Never ? -1 : Math.Max(0, deadline - MonotonicClock.Now);
            int milliseconds = left < 0 ? -1 : (int)Math.Min(int.MaxValue, (left + 999_999) / 1_000_000);
            var entry = new PollDescriptor { Fd = _descriptor.Number, Events = events };
            int ready = Libc.poll(&entry, 1, milliseconds);
            if (ready > 0)
            {
                return true;
            }

            if (ready < 0 && Marshal.GetLastPInvokeError() is not Errno.EINTR and int errno)
            {
                throw new SystemCallException("poll", errno);
            }

            if (ready == 0 && milliseconds != int.MaxValue)
            {
                return false;
            }
        }
    }
}

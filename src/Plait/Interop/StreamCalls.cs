using System.Net;
using System.Runtime.InteropServices;

namespace Plait.Interop;

/// <summary>Calls on stream sockets of any family, by number. What can fail in the course of things returns the error's number, negative.</summary>
internal static unsafe class StreamCalls
{
    private const int AddressBytes = 128;
    private const int ShutSend = 1;
    private const int ReuseAddressOption = 2;
    private const int ErrorOption = 4;
    private const int LingerOption = 13;
    private const int ReusePortOption = 15;
    private const int ReceiveTimeoutOption = 20;
    private const int SendTimeoutOption = 21;
    private const int TcpLevel = 6;
    private const int NoDelayOption = 1;
    private const int NonBlockingFlag = 0x800;

    /// <summary>How many bytes came, 0 at the end of the stream; or the error's number, negative.</summary>
    public static int Receive(int fd, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                nint count = SocketCalls.recv(fd, start, (nuint)buffer.Length, 0);
                if (count >= 0)
                {
                    return (int)count;
                }

                int errno = Marshal.GetLastSystemError();
                if (errno != Errno.EINTR)
                {
                    return -errno;
                }
            }
        }
    }

    /// <summary>How many bytes were taken; or the error's number, negative.</summary>
    public static int Send(int fd, ReadOnlySpan<byte> data)
    {
        fixed (byte* start = data)
        {
            while (true)
            {
                nint count = SocketCalls.send(fd, start, (nuint)data.Length, SocketCalls.NoSignal);
                if (count >= 0)
                {
                    return (int)count;
                }

                int errno = Marshal.GetLastSystemError();
                if (errno != Errno.EINTR)
                {
                    return -errno;
                }
            }
        }
    }

    /// <summary>The next connection's descriptor; or the error's number, negative.</summary>
    public static int Accept(int fd, bool isBlocking)
    {
        while (true)
        {
            int accepted = SocketCalls.accept4(fd, null, null, SocketCalls.CloseOnExec | (isBlocking ? 0 : NonBlockingFlag));
            if (accepted >= 0)
            {
                return accepted;
            }

            int errno = Marshal.GetLastPInvokeError();
            if (errno != Errno.EINTR)
            {
                return -errno;
            }
        }
    }

    /// <summary>A socket that listens. The name it has got is <see cref="LocalName"/>.</summary>
    /// <exception cref="SystemCallException">The system refused.</exception>
    public static Descriptor Listen(EndPoint address, int backlog, bool isShared)
    {
        Descriptor socket = Create(address, isBlocking: false);
        try
        {
            bool isLocal = address.AddressFamily == System.Net.Sockets.AddressFamily.Unix;
            if (!isLocal)
            {
                SetOption(socket.Number, SocketCalls.SocketLevel, ReuseAddressOption, 1);
                SetNoDelay(socket.Number);
                if (isShared)
                {
                    // Of .NET's options, ReuseAddress would set this and more (dotnet/runtime, Socket on Unix).
                    SetOption(socket.Number, SocketCalls.SocketLevel, ReusePortOption, 1);
                }
            }

            SocketAddress name = address.Serialize();
            fixed (byte* start = name.Buffer.Span)
            {
                Check(SocketCalls.bind(socket.Number, start, (uint)name.Size), "bind to", address);
            }

            Check(SocketCalls.listen(socket.Number, backlog), "listen at", address);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A socket for connections to such an address.</summary>
    /// <exception cref="SystemCallException">The system refused.</exception>
    public static Descriptor Create(EndPoint address, bool isBlocking)
    {
        int fd = SocketCalls.socket((int)Family(address), SocketCalls.Stream | SocketCalls.CloseOnExec | (isBlocking ? 0 : NonBlockingFlag), 0);
        return fd >= 0 ? new Descriptor(fd) : throw new SystemCallException("socket", Marshal.GetLastPInvokeError());
    }

    /// <summary>0, or the error's number, negative: EINPROGRESS for one that is under way, on a socket that does not block.</summary>
    public static int Connect(int fd, EndPoint address)
    {
        SocketAddress name = address.Serialize();
        fixed (byte* start = name.Buffer.Span)
        {
            return SocketCalls.connect(fd, start, (uint)name.Size) == 0 ? 0 : -Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>What has gone wrong with a socket since it was asked last: 0, or the error's number.</summary>
    public static int TakeError(int fd)
    {
        int error;
        uint length = sizeof(int);
        return SocketCalls.getsockopt(fd, SocketCalls.SocketLevel, ErrorOption, &error, &length) == 0 ? error : Marshal.GetLastPInvokeError();
    }

    /// <summary>Nothing more is sent.</summary>
    public static void EndSending(int fd) => _ = SocketCalls.shutdown(fd, ShutSend);

    /// <summary>Both ways at once: whoever is inside a call on it comes back.</summary>
    public static void Shutdown(int fd) => _ = SocketCalls.shutdown(fd, SocketCalls.ShutBoth);

    /// <summary>When it is closed, the other end is told that the stream was broken off.</summary>
    public static void ResetOnClose(int fd)
    {
        long lingerNot = 1;
        _ = Libc.setsockopt(fd, SocketCalls.SocketLevel, LingerOption, &lingerNot, sizeof(long));
    }

    /// <summary>Small messages go at once. Not for Unix sockets, which know no other way.</summary>
    public static void SetNoDelay(int fd) => SetOption(fd, TcpLevel, NoDelayOption, 1);

    public static void SetBlocking(int fd, bool isBlocking) => _ = Libc.fcntl(fd, FileFlags.SetFlags, isBlocking ? 0 : NonBlockingFlag);

    /// <summary>How long a call that blocks may take, to end with EAGAIN then; 0 for without end.</summary>
    public static void SetTimeout(int fd, bool ofSends, TimeSpan time)
    {
        long* value = stackalloc long[2];
        value[0] = (long)time.TotalSeconds;
        value[1] = time.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond;
        _ = Libc.setsockopt(fd, SocketCalls.SocketLevel, ofSends ? SendTimeoutOption : ReceiveTimeoutOption, value, 2 * sizeof(long));
    }

    /// <summary>The name of this end; null when there is none.</summary>
    public static EndPoint? LocalName(int fd)
    {
        byte* name = stackalloc byte[AddressBytes];
        uint length = AddressBytes;
        return SocketCalls.getsockname(fd, name, &length) == 0 ? Parse(name, length) : null;
    }

    /// <summary>The name of the other end; null when there is none.</summary>
    public static EndPoint? PeerName(int fd)
    {
        byte* name = stackalloc byte[AddressBytes];
        uint length = AddressBytes;
        return SocketCalls.getpeername(fd, name, &length) == 0 ? Parse(name, length) : null;
    }

    private static EndPoint? Parse(byte* name, uint length)
    {
        if (length < sizeof(ushort))
        {
            return null;
        }

        (System.Net.Sockets.AddressFamily family, EndPoint? sample) = *(ushort*)name switch
        {
            (ushort)SocketCalls.LocalFamily => (System.Net.Sockets.AddressFamily.Unix, (EndPoint)new System.Net.Sockets.UnixDomainSocketEndPoint("x")),
            InterFamily => (System.Net.Sockets.AddressFamily.InterNetwork, new IPEndPoint(IPAddress.Any, 0)),
            Inter6Family => (System.Net.Sockets.AddressFamily.InterNetworkV6, new IPEndPoint(IPAddress.IPv6Any, 0)),
            _ => (System.Net.Sockets.AddressFamily.Unknown, null),
        };
        if (sample is null)
        {
            return null;
        }

        var address = new SocketAddress(family, (int)Math.Max(length, sizeof(ushort)));
        new ReadOnlySpan<byte>(name, (int)length).CopyTo(address.Buffer.Span);
        return sample.Create(address);
    }

    private const ushort InterFamily = 2;
    private const ushort Inter6Family = 10;

    private static ushort Family(EndPoint address) => address.AddressFamily switch
    {
        System.Net.Sockets.AddressFamily.InterNetwork => InterFamily,
        System.Net.Sockets.AddressFamily.InterNetworkV6 => Inter6Family,
        System.Net.Sockets.AddressFamily.Unix => SocketCalls.LocalFamily,
        _ => throw new ArgumentException($"{address} is of family {address.AddressFamily}: give an IPEndPoint or a UnixDomainSocketEndPoint.", nameof(address)),
    };

    private static void SetOption(int fd, int level, int option, int value) => Check(Libc.setsockopt(fd, level, option, &value, sizeof(int)), "setsockopt");

    // The text is made here, after the error's number was read: what makes it may call the system, and so change the number.
    private static void Check(int result, string call, EndPoint? address = null)
    {
        if (result != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            throw new SystemCallException(address is null ? call : $"{call} {address}", errno);
        }
    }
}

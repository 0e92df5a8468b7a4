using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Plait.Interop;

/// <summary>
/// Unix sockets of type SOCK_SEQPACKET: connected, in order, and in packets. A packet arrives whole or not at all, whoever dies and
/// however many processes share an end. Nothing here blocks, but <see cref="Connect"/>.
/// </summary>
internal static unsafe class LocalSocket
{
    /// <summary>The most descriptors that the kernel lets travel with one packet.</summary>
    public const int MostDescriptors = 253;

    /// <summary>The most bytes that the path of a socket may have.</summary>
    public const int LongestPath = 107;

    private const int Unix = 1;
    private const int SequencedPackets = 5;
    private const int SocketLevel = 1;
    private const int SendBuffer = 7;
    private const int Rights = 1;
    private const int PeerCredentialsOption = 17;
    private const int SendTimeout = 21;
    private const int Truncated = 0x20;
    private const int ControlTruncated = 8;
    private const int DontWait = 0x40;
    private const int NoSignal = 0x4000;
    private const int ReceivedCloseOnExec = 0x4000_0000;
    private const int ControlSpace = 16 + (MostDescriptors * sizeof(int)) + sizeof(int);

    // What a sender may be ahead of its receiver; the kernel takes less where the administrator says so.
    private const int SendBufferSize = 512 * 1024;

    /// <summary>Two ends that are connected with each other.</summary>
    public static (Descriptor First, Descriptor Second) Pair()
    {
        int* ends = stackalloc int[2];
        if (Libc.socketpair(Unix, SequencedPackets | FileFlags.CloseOnExec, 0, ends) != 0)
        {
            throw new SystemCallException("socketpair", Marshal.GetLastPInvokeError());
        }

        var pair = (new Descriptor(ends[0]), new Descriptor(ends[1]));
        Prepare(pair.Item1);
        Prepare(pair.Item2);
        return pair;
    }

    /// <param name="isListener">Whether connections will be accepted by it: that then never blocks.</param>
    public static Descriptor Create(bool isListener)
    {
        int fd = Libc.socket(Unix, SequencedPackets | FileFlags.CloseOnExec | (isListener ? FileFlags.NonBlocking : 0), 0);
        return fd >= 0 ? new Descriptor(fd) : throw new SystemCallException("socket", Marshal.GetLastPInvokeError());
    }

    /// <summary>Gives the socket its place in the file system. Nobody can connect before <see cref="Listen"/>. 0 or the error's number.</summary>
    public static int Bind(Descriptor socket, string path)
    {
        byte* address = stackalloc byte[AddressSize];
        return Libc.bind(socket.Number, address, Write(path, address)) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    public static void Listen(Descriptor socket, int backlog)
    {
        if (Libc.listen(socket.Number, backlog) != 0)
        {
            throw new SystemCallException("listen", Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Connects; blocks while the listener's backlog is full, for at most so long. 0 or the error's number, EAGAIN when the time was over.</summary>
    public static int Connect(Descriptor socket, string path, TimeSpan timeout)
    {
        // The kernel takes 0 for "no limit"; a microsecond is as good as not to wait.
        long microseconds = Math.Max(1, (long)timeout.TotalMicroseconds);
        long* limit = stackalloc long[2] { microseconds / 1_000_000, microseconds % 1_000_000 };
        _ = Libc.setsockopt(socket.Number, SocketLevel, SendTimeout, limit, 2 * sizeof(long));
        byte* address = stackalloc byte[AddressSize];
        uint length = Write(path, address);
        while (Libc.connect(socket.Number, address, length) != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            if (errno != Errno.EINTR)
            {
                return errno;
            }
        }

        Prepare(socket);
        return 0;
    }

    /// <summary>The next connection that waits at a listener; null when there is none now.</summary>
    public static Descriptor? Accept(Descriptor listener)
    {
        int fd = Libc.accept4(listener.Number, null, null, FileFlags.CloseOnExec);
        if (fd >= 0)
        {
            var accepted = new Descriptor(fd);
            Prepare(accepted);
            return accepted;
        }

        // A client that went away, or another thread or process that was faster: neither is the caller's business.
        int errno = Marshal.GetLastPInvokeError();
        return errno is Errno.EMFILE or Errno.ENFILE or Errno.ENOMEM ? throw new SystemCallException("accept4", errno) : null;
    }

    /// <summary>Whether there is a socket at the path, and not something else.</summary>
    public static bool IsSocketFile(string path)
    {
        const int CurrentFolder = -100;
        const int NoFollow = 0x100;
        const uint TypeOnly = 1;
        const int TypeMask = 0xF000;
        const int Socket = 0xC000;
        byte* facts = stackalloc byte[256];
        fixed (byte* text = Utf8.Encode(path))
        {
            return Libc.statx(CurrentFolder, text, NoFollow, TypeOnly, facts) == 0 && (*(ushort*)(facts + 28) & TypeMask) == Socket;
        }
    }

    public static PeerCredentials PeerOf(Descriptor socket)
    {
        PeerCredentials peer;
        uint size = (uint)sizeof(PeerCredentials);
        return Libc.getsockopt(socket.Number, SocketLevel, PeerCredentialsOption, &peer, &size) == 0
            ? peer
            : throw new SystemCallException("getsockopt(SO_PEERCRED)", Marshal.GetLastPInvokeError());
    }

    /// <summary>Sends one packet that is made of two parts, whole or not at all. 0 or the error's number; EAGAIN when there is no room now.</summary>
    [SkipLocalsInit]
    public static int Send(int socket, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, ReadOnlySpan<int> descriptors = default)
    {
        byte* control = stackalloc byte[ControlSpace];
        fixed (byte* headStart = head)
        fixed (byte* bodyStart = body)
        {
            MemoryPiece* pieces = stackalloc MemoryPiece[2];
            pieces[0] = new MemoryPiece { Start = headStart, Length = (nuint)head.Length };
            pieces[1] = new MemoryPiece { Start = bodyStart, Length = (nuint)body.Length };
            var message = new MessageHeader { Pieces = pieces, PieceCount = body.IsEmpty ? 1u : 2u };
            if (!descriptors.IsEmpty)
            {
                int size = descriptors.Length * sizeof(int);
                *(ControlHeader*)control = new ControlHeader { Length = (nuint)(sizeof(ControlHeader) + size), Level = SocketLevel, Type = Rights };
                descriptors.CopyTo(new Span<int>(control + sizeof(ControlHeader), descriptors.Length));
                message.Control = control;
                message.ControlLength = (nuint)(sizeof(ControlHeader) + ((size + 7) & ~7));
            }

            while (Libc.sendmsg(socket, &message, DontWait | NoSignal) < 0)
            {
                int errno = Marshal.GetLastPInvokeError();
                if (errno != Errno.EINTR)
                {
                    return errno;
                }
            }

            return 0;
        }
    }

    /// <summary>
    /// Takes the next packet, its first bytes into <paramref name="head"/> and the others into <paramref name="body"/>; the descriptors that came
    /// with it are added to <paramref name="descriptors"/>. The packet's length; 0 when the other end is gone and everything is read; otherwise
    /// minus the error's number, EAGAIN when there is nothing now.
    /// </summary>
    /// <param name="socket">The socket.</param>
    /// <param name="head">For the first bytes.</param>
    /// <param name="body">For the rest.</param>
    /// <param name="descriptors">Gets what came along.</param>
    /// <param name="isCut">Whether the packet was longer than the room for it; the rest is lost.</param>
    /// <param name="lostDescriptors">Whether some could not be received: this process has as many as it may.</param>
    [SkipLocalsInit]
    public static int Receive(int socket, Span<byte> head, Span<byte> body, ICollection<Descriptor> descriptors, out bool isCut, out bool lostDescriptors)
    {
        byte* control = stackalloc byte[ControlSpace];
        fixed (byte* headStart = head)
        fixed (byte* bodyStart = body)
        {
            MemoryPiece* pieces = stackalloc MemoryPiece[2];
            pieces[0] = new MemoryPiece { Start = headStart, Length = (nuint)head.Length };
            pieces[1] = new MemoryPiece { Start = bodyStart, Length = (nuint)body.Length };
            isCut = false;
            lostDescriptors = false;
            while (true)
            {
                var message = new MessageHeader { Pieces = pieces, PieceCount = 2, Control = control, ControlLength = ControlSpace };
                nint count = Libc.recvmsg(socket, &message, DontWait | ReceivedCloseOnExec);
                if (count >= 0)
                {
                    isCut = (message.Flags & Truncated) != 0;
                    lostDescriptors = (message.Flags & ControlTruncated) != 0;
                    if (message.ControlLength >= (nuint)sizeof(ControlHeader))
                    {
                        Collect(control, (int)message.ControlLength, descriptors);
                    }

                    return (int)count;
                }

                // ECONNRESET is told once, before what the other end has sent: it closed without reading all of ours.
                int errno = Marshal.GetLastPInvokeError();
                if (errno is not (Errno.EINTR or Errno.ECONNRESET))
                {
                    return -errno;
                }
            }
        }
    }

    private const int AddressSize = sizeof(ushort) + LongestPath + 1;

    private static void Prepare(Descriptor socket)
    {
        int size = SendBufferSize;
        _ = Libc.setsockopt(socket.Number, SocketLevel, SendBuffer, &size, sizeof(int));
    }

    private static void Collect(byte* control, int length, ICollection<Descriptor> descriptors)
    {
        for (int at = 0; at + sizeof(ControlHeader) <= length;)
        {
            var header = (ControlHeader*)(control + at);
            int size = (int)header->Length;
            if (size < sizeof(ControlHeader) || size > length - at)
            {
                return;
            }

            if (header->Level == SocketLevel && header->Type == Rights)
            {
                foreach (int fd in new ReadOnlySpan<int>(control + at + sizeof(ControlHeader), (size - sizeof(ControlHeader)) / sizeof(int)))
                {
                    descriptors.Add(new Descriptor(fd));
                }
            }

            at += (size + 7) & ~7;
        }
    }

    // struct sockaddr_un, with the closing zero.
    private static uint Write(string path, byte* address)
    {
        *(ushort*)address = Unix;
        int length = Encoding.UTF8.GetBytes(path, new Span<byte>(address + sizeof(ushort), LongestPath));
        address[sizeof(ushort) + length] = 0;
        return (uint)(sizeof(ushort) + length + 1);
    }
}

using System.Runtime.InteropServices;

namespace Plait.Interop;

/// <summary>read(2) and write(2) of descriptors that are shared with other processes, so that whether they block is not ours to set: who must not block asks first.</summary>
internal static unsafe class ByteCalls
{
    private const int GetFlags = 3;
    private const int AccessMode = 3;
    private const int WriteOnly = 1;

    /// <summary>What a pipe takes without blocking once it says that it takes something: PIPE_BUF of Linux. Terminals take less than that in parts.</summary>
    public const int MostAtOnce = 4096;

    /// <summary>Whether it was opened to be read, and to be written.</summary>
    /// <exception cref="SystemCallException">There is no such descriptor.</exception>
    public static (bool Read, bool Write) AccessOf(int fd)
    {
        int flags = Libc.fcntl(fd, GetFlags, 0);
        if (flags < 0)
        {
            throw new SystemCallException("fcntl(F_GETFL)", Marshal.GetLastPInvokeError());
        }

        int mode = flags & AccessMode;
        return (mode != WriteOnly, mode is WriteOnly or FileFlags.ReadWrite);
    }

    /// <summary>Whether a call would not block now, be it that it fails.</summary>
    public static bool IsReady(int fd, bool toWrite)
    {
        Span<PollDescriptor> one = [new() { Fd = fd, Events = toWrite ? ReadyPoll.Writable : ReadyPoll.Readable }];
        return ReadyPoll.Wait(one, MonotonicClock.AtOnce) != 0;
    }

    /// <summary>How many bytes were read, 0 at the end; or the error's number, negative.</summary>
    public static int Read(int fd, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                nint count = Libc.read(fd, start, (nuint)buffer.Length);
                if (count >= 0)
                {
                    return (int)count;
                }

                int errno = Marshal.GetLastPInvokeError();
                if (errno != Errno.EINTR)
                {
                    return -errno;
                }
            }
        }
    }

    /// <summary>How many bytes were written, <see cref="MostAtOnce"/> at most; or the error's number, negative.</summary>
    public static int Write(int fd, ReadOnlySpan<byte> data)
    {
        fixed (byte* start = data)
        {
            while (true)
            {
                nint count = Libc.write(fd, start, (nuint)Math.Min(MostAtOnce, data.Length));
                if (count >= 0)
                {
                    return (int)count;
                }

                int errno = Marshal.GetLastPInvokeError();
                if (errno != Errno.EINTR)
                {
                    return -errno;
                }
            }
        }
    }

    /// <summary>What a call returned, if it succeeded.</summary>
    /// <exception cref="IOException">It failed.</exception>
    public static int Checked(int count, string call) => count >= 0 ? count : throw new IOException($"{call} failed ({Errno.Name(-count)}).", new SystemCallException(call, -count));
}

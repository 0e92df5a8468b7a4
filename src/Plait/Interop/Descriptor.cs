using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Plait.Interop;

/// <summary>An owned file descriptor. Always close-on-exec in this process; a child gets only what it is handed.</summary>
internal sealed class Descriptor : SafeHandleMinusOneIsInvalid
{
    public Descriptor(int fd)
        : base(ownsHandle: true) => SetHandle(fd);

    public int Number => (int)handle;

    /// <summary>A descriptor of a pipe's two ends.</summary>
    /// <param name="nonBlockingRead">Reads of the first end return at once with EAGAIN when there is nothing.</param>
    public static unsafe (Descriptor Read, Descriptor Write) Pipe(bool nonBlockingRead)
    {
        int* ends = stackalloc int[2];
        if (Libc.pipe2(ends, FileFlags.CloseOnExec) != 0)
        {
            throw new SystemCallException("pipe2", Marshal.GetLastPInvokeError());
        }

        if (nonBlockingRead)
        {
            _ = Libc.fcntl(ends[0], FileFlags.SetFlags, FileFlags.NonBlocking);
        }

        return (new Descriptor(ends[0]), new Descriptor(ends[1]));
    }

    /// <summary>Another descriptor of what <paramref name="source"/> stands for.</summary>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    /// <exception cref="SystemCallException">This process has as many descriptors as it may.</exception>
    public static Descriptor Duplicate(SafeHandle source)
    {
        bool isHeld = false;
        try
        {
            source.DangerousAddRef(ref isHeld);
            int fd = Libc.fcntl((int)source.DangerousGetHandle(), FileFlags.DuplicateCloseOnExec, 0);
            return fd >= 0 ? new Descriptor(fd) : throw new SystemCallException("fcntl(F_DUPFD_CLOEXEC)", Marshal.GetLastPInvokeError());
        }
        finally
        {
            if (isHeld)
            {
                source.DangerousRelease();
            }
        }
    }

    /// <summary>Gives the number away: whoever has it closes it.</summary>
    public int Detach()
    {
        int fd = Number;
        SetHandleAsInvalid();
        return fd;
    }

    /// <summary>/dev/null, opened for reading and writing.</summary>
    public static unsafe Descriptor Null()
    {
        fixed (byte* path = "/dev/null\0"u8)
        {
            int fd = Libc.open(path, FileFlags.ReadWrite | FileFlags.CloseOnExec, 0);
            return fd >= 0 ? new Descriptor(fd) : throw new SystemCallException("open /dev/null", Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Reads what is there. 0: end of file; -1: nothing now (or an error: the stream is then as good as over).</summary>
    public unsafe int Read(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                nint count = Libc.read(Number, start, (nuint)buffer.Length);
                if (count >= 0)
                {
                    return (int)count;
                }

                int errno = Marshal.GetLastPInvokeError();
                if (errno != Errno.EINTR)
                {
                    return errno == Errno.EAGAIN ? -1 : 0;
                }
            }
        }
    }

    /// <summary>Writes all of it; false when the other end is gone.</summary>
    public unsafe bool Write(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            fixed (byte* start = data)
            {
                nint count = Libc.write(Number, start, (nuint)data.Length);
                if (count >= 0)
                {
                    data = data[(int)count..];
                }
                else if (Marshal.GetLastPInvokeError() != Errno.EINTR)
                {
                    return false;
                }
            }
        }

        return true;
    }

    protected override bool ReleaseHandle() => Libc.close((int)handle) == 0;
}

/// <summary>Flags of open(2), pipe2(2) and fcntl(2); the same on x64 and arm64.</summary>
internal static class FileFlags
{
    public const int ReadWrite = 2;
    public const int NonBlocking = 0x800;
    public const int Asynchronous = 0x2000;
    public const int CloseOnExec = 0x80000;
    public const int SetFlags = 4;
    public const int SetOwner = 8;
    public const int SetSignal = 10;
    public const int SetOwnerEx = 15;
    public const int GetOwnerEx = 16;
    public const int DuplicateCloseOnExec = 1030;
}

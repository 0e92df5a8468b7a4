using System.Runtime.InteropServices;

namespace Plait.Interop;

/// <summary>This process's own standard descriptors, written to without touching Console.</summary>
internal static unsafe class StandardStreams
{
    /// <summary>Writes all of it; gives up when nobody reads. A descriptor that the user made non-blocking is waited for.</summary>
    public static void Write(int fd, ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            fixed (byte* start = data)
            {
                nint count = Libc.write(fd, start, (nuint)data.Length);
                if (count >= 0)
                {
                    data = data[(int)count..];
                    continue;
                }
            }

            int errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.EAGAIN)
            {
                const short Writable = 4;
                PollDescriptor entry = new() { Fd = fd, Events = Writable };
                _ = Libc.poll(&entry, 1, -1);
            }
            else if (errno != Errno.EINTR)
            {
                return;
            }
        }
    }
}

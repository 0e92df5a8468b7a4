using System.Runtime.InteropServices;

namespace Plait.Interop;

/// <summary>poll(2): blocks until one of several descriptors is ready.</summary>
internal static unsafe class ReadyPoll
{
    public const short Readable = 1;
    public const short Writable = 4;

    /// <summary>In <see cref="PollDescriptor.Revents"/>: the number stands for nothing.</summary>
    public const short NotOpen = 32;

    /// <summary>Whether there is something to read at one, or somebody to accept. Does not wait.</summary>
    public static bool IsReadable(int descriptor)
    {
        Span<PollDescriptor> one = [new() { Fd = descriptor, Events = Readable }];
        return Wait(one, deadline: 0) > 0;
    }

    /// <summary>How many are ready; 0 when the time was over. <see cref="PollDescriptor.Revents"/> says which, and is set too for an end whose other end is gone.</summary>
    /// <param name="descriptors">What to wait for. Negative numbers are passed over.</param>
    /// <param name="deadline">By the monotonic clock; 0 to look only.</param>
    /// <exception cref="SystemCallException">There are more than descriptors that this process may have open.</exception>
    public static int Wait(Span<PollDescriptor> descriptors, long deadline)
    {
        Timespec left;
        fixed (PollDescriptor* start = descriptors)
        {
            while (true)
            {
                int count = Libc.ppoll(start, (nuint)descriptors.Length, MonotonicClock.Left(deadline, &left), signals: null);
                if (count > 0)
                {
                    return count;
                }

                if (count < 0 && Marshal.GetLastPInvokeError() is not Errno.EINTR and int errno)
                {
                    throw new SystemCallException("ppoll", errno);
                }

                if (MonotonicClock.IsOver(deadline))
                {
                    return 0;
                }
            }
        }
    }
}

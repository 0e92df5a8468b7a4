using System.Runtime.InteropServices;

namespace Plait.Interop;

/// <summary>poll(2): blocks until one of several descriptors is ready.</summary>
internal static unsafe class ReadyPoll
{
    public const short Readable = 1;
    public const short Writable = 4;

    /// <summary>How many are ready; 0 when the time was over. <see cref="PollDescriptor.Revents"/> says which, and is set too for an end whose other end is gone.</summary>
    /// <param name="descriptors">What to wait for.</param>
    /// <param name="deadline">By the monotonic clock; 0 to look only.</param>
    public static int Wait(Span<PollDescriptor> descriptors, long deadline)
    {
        fixed (PollDescriptor* start = descriptors)
        {
            while (true)
            {
                int count = Libc.poll(start, (nuint)descriptors.Length, Milliseconds(deadline));
                if (count > 0)
                {
                    return count;
                }

                if (count < 0 && Marshal.GetLastPInvokeError() is not Errno.EINTR and int errno)
                {
                    throw new SystemCallException("poll", errno);
                }

                if (deadline != MonotonicClock.Never && (deadline == 0 || MonotonicClock.Now >= deadline))
                {
                    return 0;
                }
            }
        }
    }

    // Rounded up: woken early it would only look at the clock and sleep again.
    private static int Milliseconds(long deadline) => deadline switch
    {
        0 => 0,
        MonotonicClock.Never => -1,
        _ => (int)Math.Clamp((deadline - MonotonicClock.Now + 999_999) / 1_000_000, 0, int.MaxValue),
    };
}

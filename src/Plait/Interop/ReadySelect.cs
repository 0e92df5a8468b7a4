using System.Runtime.InteropServices;

namespace Plait.Interop;

/// <summary>fd_set: a bit a descriptor, for the numbers below <see cref="Size"/> only. glibc has it in words of 64 bits on the systems that we know.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct DescriptorSet
{
    /// <summary>FD_SETSIZE. The functions of C write beyond the set for higher numbers; <see cref="Add"/> does not.</summary>
    public const int Size = 1024;

    private fixed ulong _words[Size / 64];

    public void Add(int number)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)number, (uint)Size);
        _words[number >> 6] |= 1UL << number;
    }

    public void Remove(int number)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)number, (uint)Size);
        _words[number >> 6] &= ~(1UL << number);
    }

    public readonly bool Contains(int number) => (uint)number < Size && (_words[number >> 6] & (1UL << number)) != 0;
}

/// <summary>What select(2) is asked for, and what it answers: which descriptors can be read, written, and have an exceptional condition.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SelectSets
{
    public DescriptorSet Readable;
    public DescriptorSet Writable;
    public DescriptorSet Exceptional;

    public readonly bool Contains(int number) => Readable.Contains(number) || Writable.Contains(number) || Exceptional.Contains(number);

    public void Remove(int number)
    {
        Readable.Remove(number);
        Writable.Remove(number);
        Exceptional.Remove(number);
    }
}

/// <summary>select(2): blocks until one of several descriptors below <see cref="DescriptorSet.Size"/> is ready.</summary>
internal static unsafe class ReadySelect
{
    /// <summary>Instead of a count: one of the numbers stands for nothing. The call does not say which.</summary>
    public const int NotOpen = -1;

    /// <summary>How many bits of <paramref name="ready"/> are set; 0 when the time was over; <see cref="NotOpen"/>.</summary>
    /// <param name="count">The highest number in the sets, and one.</param>
    /// <param name="asked">What to wait for.</param>
    /// <param name="ready">What of it is ready, if the result is more than 0.</param>
    /// <param name="deadline">By the monotonic clock; 0 to look only.</param>
    public static int Wait(int count, ref readonly SelectSets asked, out SelectSets ready, long deadline)
    {
        Timespec left;
        fixed (SelectSets* sets = &ready)
        {
            while (true)
            {
                // What the kernel leaves in them when it fails is unspecified.
                *sets = asked;
                int bits = Libc.pselect(count, &sets->Readable, &sets->Writable, &sets->Exceptional, MonotonicClock.Left(deadline, &left), signals: null);
                if (bits > 0)
                {
                    return bits;
                }

                int errno = bits < 0 ? Marshal.GetLastPInvokeError() : 0;
                if (errno == Errno.EBADF)
                {
                    return NotOpen;
                }

                if (errno is not (0 or Errno.EINTR))
                {
                    throw new SystemCallException("pselect", errno);
                }

                if (MonotonicClock.IsOver(deadline))
                {
                    return 0;
                }
            }
        }
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Plait.Interop;

/// <summary>
/// A group of buffers of a ring, of which the kernel takes one when it has something to put there. One that was taken is replaced at once, so that there are always as many as there should be. For the thread of the ring.
/// </summary>
internal sealed unsafe class IoRingBuffers : IDisposable
{
    /// <summary>The length of each.</summary>
    public const int Length = 16 * 1024;

    /// <summary>How many there may be at most.</summary>
    public const int Most = 512;

    private const int First = 64;
    private const int MostSpares = 64;
    private const int RegisterOperation = 22;
    private const int UnregisterOperation = 23;
    private const int ProtectReadWrite = 3;
    private const int MapPrivateAnonymous = 0x22;

    private readonly IoRing _ring;
    private readonly RingBuffer* _entries;

    // By number. Pinned: the kernel writes into them at any time.
    private readonly byte[][] _buffers = new byte[Most][];
    private ushort _tail;

    // The last one that came back is the next one out: it is in the cache.
    private readonly Stack<byte[]> _spares = new();

    private IoRingBuffers(IoRing ring, RingBuffer* entries)
    {
        _ring = ring;
        _entries = entries;
        Grow();
    }

    /// <summary>How many the kernel can take before some are replaced.</summary>
    public int Count { get; private set; }

    private static nuint MemoryLength => (nuint)(Most * sizeof(RingBuffer));

    /// <summary>A group for a ring; or null, and the error's number: EINVAL for a kernel before 5.19.</summary>
    public static IoRingBuffers? TryCreate(IoRing ring, out int errno)
    {
        void* memory = Libc.mmap(null, MemoryLength, ProtectReadWrite, MapPrivateAnonymous, -1, 0);
        if ((nint)memory == -1)
        {
            errno = Marshal.GetLastPInvokeError();
            return null;
        }

        var group = new RingBufferGroup { Entries = memory, Count = Most };
        errno = ring.Register(RegisterOperation, &group, 1);
        if (errno == 0)
        {
            return new IoRingBuffers(ring, (RingBuffer*)memory);
        }

        _ = Libc.munmap(memory, MemoryLength);
        return null;
    }

    /// <summary>One that the kernel has taken, which is the caller's from now on.</summary>
    public byte[] Take(int number)
    {
        byte[] taken = _buffers[number];
        Put(number, Rent());
        return taken;
    }

    /// <summary>A buffer that is not in the group.</summary>
    public byte[] Rent() => _spares.TryPop(out byte[]? buffer) ? buffer : GC.AllocateUninitializedArray<byte>(Length, pinned: true);

    /// <summary>One that is not used any more.</summary>
    public void Return(byte[] buffer)
    {
        if (buffer.Length == Length && _spares.Count < MostSpares)
        {
            _spares.Push(buffer);
        }
    }

    /// <summary>There were too few: twice as many, up to <see cref="Most"/>.</summary>
    public void Grow()
    {
        int count = Count == 0 ? First : Math.Min(Count * 2, Most);
        for (int number = Count; number < count; number++)
        {
            Put(number, Rent());
        }

        Count = count;
    }

    /// <summary>No operation may be in flight that could take one.</summary>
    public void Dispose()
    {
        var group = new RingBufferGroup();
        _ = _ring.Register(UnregisterOperation, &group, 1);
        _ = Libc.munmap(_entries, MemoryLength);
    }

    private void Put(int number, byte[] buffer)
    {
        _buffers[number] = buffer;
        RingBuffer* entry = &_entries[_tail & (Most - 1)];
        entry->Start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(buffer));
        entry->Length = Length;
        entry->Number = (ushort)number;

        // Release: the entry before the tail. Its partner is the kernel's acquire of the tail, when it takes a buffer.
        Volatile.Write(ref _entries->Tail, ++_tail);
    }
}

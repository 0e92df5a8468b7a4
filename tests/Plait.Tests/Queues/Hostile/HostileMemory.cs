using Plait.Interop;
using Plait.Memory;
using Plait.Synchronization;
using Plait.Synchronization.Engine;

namespace Plait.Tests.Queues.Hostile;

/// <summary>
/// A scope memory between two regions of address space that nobody may touch: a look past either end of it is a fatal signal. Its contents can be
/// written down, and put back as they were, which is much quicker than making them anew. Never unmapped: it is for a process of its own.
/// </summary>
internal sealed unsafe class HostileMemory
{
    private const long Capacity = 64L << 20;
    private const long GuardBytes = 64L << 30;
    private const int NoAccess = 0;
    private const int PrivateAnonymousNoReserve = 0x4022;

    // What is used of the tables that have a fixed place.
    private const int Participants = 8;
    private const int Agents = 24;
    private const int Names = 64;
    private const int Objects = 128;

    private readonly List<(nint Place, byte[] Bytes)> _image = [];
    private readonly nint _heapStart;

    public HostileMemory()
    {
        Memory = ScopeMemory.Use(OpenBetweenGuards());
        Scope = new ProcessScope(Memory, 1, "hostile");
        _heapStart = (nint)Memory.Heap.Allocate(1);
    }

    public ScopeMemory Memory { get; }

    public ProcessScope Scope { get; }

    /// <summary>The heap's first block.</summary>
    public byte* HeapStart => (byte*)_heapStart;

    /// <summary>Reads a byte of a guard region, which is the end of the process: else the tests would see nothing.</summary>
    public static int LookBeside(bool isBehind)
    {
        Arena arena = OpenBetweenGuards();
        return isBehind ? arena.Address[Capacity] : arena.Address[-1];
    }

    /// <summary>Writes down what is in the memory now.</summary>
    public void Keep()
    {
        _image.Clear();
        Keep((byte*)Memory.Header, ScopeHeader.Size);
        Keep((byte*)Memory.Participant(0), Participants * ParticipantRecord.Size);
        Keep((byte*)Memory.Agent(0), Agents * AgentRecord.Size);
        Keep((byte*)Memory.NameAt(0), Names * NameRecord.Size);
        Keep((byte*)Memory.Object(0), Objects * ObjectRecord.Size);
        Keep(HeapStart, Memory.Header->HeapTop + (256 << 10));
    }

    /// <summary>Makes it again what it was.</summary>
    public void PutBack()
    {
        foreach ((nint place, byte[] bytes) in _image)
        {
            bytes.CopyTo(new Span<byte>((void*)place, bytes.Length));
        }
    }

    private void Keep(byte* start, long bytes) => _image.Add(((nint)start, new ReadOnlySpan<byte>(start, checked((int)bytes)).ToArray()));

    // The system maps where the highest gap is that is large enough: a hole of just the size, in a region that is reserved. Higher gaps that are too
    // small for the region, and large enough for the memory, are filled until the hole is the highest.
    private static Arena OpenBetweenGuards()
    {
        using Descriptor file = MemoryFile.Create("hostile", Capacity);
        Arena.WriteHeader(file, Capacity, slots: 0);
        var filled = new List<Arena>();
        for (int tries = 0; tries < 1000; tries++)
        {
            void* region = Libc.mmap(null, Size(GuardBytes + Capacity + GuardBytes), NoAccess, PrivateAnonymousNoReserve, -1, 0);
            if ((nint)region == -1)
            {
                throw new InvalidOperationException($"No address space for two guards of {GuardBytes >> 30} GiB.");
            }

            byte* hole = (byte*)region + GuardBytes;
            _ = Libc.munmap(hole, Size(Capacity));
            Arena arena = Arena.Open(file.Number);
            if (arena.Address == hole)
            {
                filled.ForEach(static arena => arena.Dispose());
                return arena;
            }

            filled.Add(arena);
            _ = Libc.munmap(region, Size(GuardBytes));
            _ = Libc.munmap(hole + Capacity, Size(GuardBytes));
        }

        throw new InvalidOperationException("The memory could not be mapped between guards.");
    }

    private static nuint Size(long bytes) => checked((nuint)bytes);
}

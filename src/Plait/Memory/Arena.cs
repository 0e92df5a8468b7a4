using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Plait.Interop;

namespace Plait.Memory;

/// <summary>
/// A block of memory that processes share: one sealed memfd, mapped whole and sparse (pages appear when touched), handed
/// to a child as an inherited descriptor. There is no name and so nothing to unlink and nothing that can leak.
/// </summary>
internal sealed unsafe class Arena : SafeHandle
{
    private const int PageSize = 4096;

    // Tried in turn where the address space is limited (RLIMIT_AS).
    private static readonly long[] Capacities = [16L << 30, 1L << 30, 64L << 20];

    private Descriptor? _file;

    // Copied once and checked: the header itself stays writable by every process that maps the arena.
    private int _slotCount;
    private long _slotsOffset;

    private Arena(byte* address, long capacity, Descriptor? file)
        : base(0, ownsHandle: true)
    {
        SetHandle((nint)address);
        Capacity = capacity;
        _file = file;
    }

    public override bool IsInvalid => handle == 0;

    public long Capacity { get; }

    /// <summary>Where the arena's users put their own structures; a multiple of the page size. The value that was checked, not what the header says now.</summary>
    public long DataOffset { get; private set; }

    /// <summary>The descriptor to hand to a child; owned by the arena.</summary>
    /// <exception cref="InvalidOperationException">It was closed by <see cref="CloseDescriptor"/>.</exception>
    public int DescriptorNumber => _file?.Number ?? throw new InvalidOperationException("The arena's descriptor is already closed.");

    public byte* Address => (byte*)handle;

    public ref ArenaHeader Header => ref Unsafe.AsRef<ArenaHeader>(Address);

    public static uint LayoutHash { get; } = HashLayout();

    /// <summary>Creates an arena with <paramref name="slots"/> free participant slots.</summary>
    public static Arena Create(string name, int slots)
    {
        long largest = MemoryFile.LargestSize;
        foreach (long capacity in Capacities)
        {
            if (capacity > largest)
            {
                continue;
            }

            Descriptor file = MemoryFile.Create(name, capacity);
            byte* address = MemoryFile.TryMap(file.Number, capacity);
            if (address is null)
            {
                file.Dispose();
                continue;
            }

            var arena = new Arena(address, capacity, file);
            arena.Header = NewHeader(capacity, slots);
            _ = arena.TryAdopt(arena.Header);
            return arena;
        }

        throw new OutOfMemoryException(
            $"No address space for an arena: even {Capacities[^1] >> 20} MiB could not be mapped. Raise the limit on virtual memory (ulimit -v) or on file size (ulimit -f).");
    }

    /// <summary>Maps an arena that another process made, after checking that it is one and that both sides agree on its layout.</summary>
    /// <exception cref="InvalidDataException">The descriptor holds no arena, or one of another version.</exception>
    public static Arena Open(int fd) => Open(fd, isWritable: true);

    /// <summary>The same to read only: a store into it would be a fatal signal.</summary>
    /// <inheritdoc cref="Open(int)"/>
    public static Arena Observe(int fd) => Open(fd, isWritable: false);

    private static Arena Open(int fd, bool isWritable)
    {
        long size = MemoryFile.SizeOf(fd);
        if (size < PageSize)
        {
            throw new InvalidDataException($"Descriptor {fd} holds no arena: it has {size} bytes.");
        }

        byte* address = MemoryFile.TryMap(fd, size, isWritable);
        if (address is null)
        {
            throw new OutOfMemoryException($"No address space for the parent's arena of {size >> 20} MiB. Raise the limit on virtual memory (ulimit -v).");
        }

        var arena = new Arena(address, size, file: null);
        ArenaHeader header = arena.Header;
        if (header.Magic != ArenaHeader.ExpectedMagic || header.Capacity != size)
        {
            arena.Dispose();
            throw new InvalidDataException($"Descriptor {fd} holds no arena: its magic is {header.Magic:x16} and it claims {header.Capacity} of {size} bytes.");
        }

        if (header.Version != ArenaHeader.CurrentVersion || header.LayoutHash != LayoutHash)
        {
            arena.Dispose();
            throw new InvalidDataException(
                $"The arena has layout {header.Version}.{header.LayoutHash:x8}, this process knows {ArenaHeader.CurrentVersion}.{LayoutHash:x8}: parent and child run different builds of Plait.");
        }

        if (!arena.TryAdopt(header))
        {
            arena.Dispose();
            throw new InvalidDataException(
                $"The header of the arena on descriptor {fd} is damaged: {header.SlotCount} slots of {header.SlotSize} bytes at {header.SlotsOffset}, data at {header.DataOffset}, in {size} bytes.");
        }

        return arena;
    }

    /// <summary>Makes a file an arena that <see cref="Open(int)"/> accepts.</summary>
    public static void WriteHeader(Descriptor file, long capacity, int slots)
    {
        ArenaHeader header = NewHeader(capacity, slots);
        byte* address = MemoryFile.TryMap(file.Number, PageSize);
        if (address is null)
        {
            throw new OutOfMemoryException("No address space for an arena's header. Raise the limit on virtual memory (ulimit -v).");
        }

        *(ArenaHeader*)address = header;
        MemoryFile.Unmap(address, PageSize);
    }

    public ref ParticipantSlot Slot(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, _slotCount);
        return ref Unsafe.AsRef<ParticipantSlot>(Address + _slotsOffset + ((long)index * ParticipantSlot.Size));
    }

    /// <summary>Enters a process in a slot. Called by the arena's creator only, who hands the slots out.</summary>
    public void TakeSlot(int index, ProcessIdentity identity)
    {
        ref ParticipantSlot slot = ref Slot(index);
        // A slot that is taken again looks free first: the full fence keeps the new fields behind it, so nobody reads a mix.
        Volatile.Write(ref slot.State, 0);
        Interlocked.MemoryBarrier();
        slot.Generation++;
        slot.Pid = identity.Pid;
        slot.Tid = identity.Pid;
        slot.StartTime = identity.StartTime;
        slot.PidNamespace = identity.PidNamespace;

        // Publish: pairs with the acquire read of State by whoever walks the slots.
        Volatile.Write(ref slot.State, 1);
    }

    /// <summary>Closes this process's descriptor once every child that needs it has it; the mapping stays.</summary>
    public void CloseDescriptor()
    {
        Descriptor? file = Interlocked.Exchange(ref _file, null);
        file?.Dispose();
    }

    /// <summary>Gives whole pages of the range back to the system; in every process they read as zero from now on.</summary>
    public void Discard(long offset, long length)
    {
        long start = RoundUpToPage(offset);
        long end = (offset + length) & ~(PageSize - 1L);
        if (end > start)
        {
            MemoryFile.Discard(Address + start, end - start);
        }
    }

    public static long RoundUpToPage(long value) => (value + PageSize - 1) & ~(PageSize - 1L);

    protected override bool ReleaseHandle()
    {
        CloseDescriptor();
        MemoryFile.Unmap((byte*)handle, Capacity);
        return true;
    }

    private static ArenaHeader NewHeader(long capacity, int slots) => new()
    {
        Magic = ArenaHeader.ExpectedMagic,
        Version = ArenaHeader.CurrentVersion,
        LayoutHash = LayoutHash,
        Capacity = capacity,
        SlotCount = slots,
        SlotSize = ParticipantSlot.Size,
        SlotsOffset = ArenaHeader.Size,
        DataOffset = RoundUpToPage(ArenaHeader.Size + ((long)slots * ParticipantSlot.Size)),
    };

    private bool TryAdopt(ArenaHeader header)
    {
        // Divided, not multiplied: no number in the header can overflow the comparison.
        bool isSound = header.SlotSize == ParticipantSlot.Size && header.SlotsOffset == ArenaHeader.Size
            && header.SlotCount >= 0 && header.DataOffset <= Capacity && header.DataOffset % PageSize == 0
            && header.SlotCount <= (header.DataOffset - header.SlotsOffset) / ParticipantSlot.Size;
        if (isSound)
        {
            _slotCount = header.SlotCount;
            _slotsOffset = header.SlotsOffset;
            DataOffset = header.DataOffset;
        }

        return isSound;
    }

    private static uint HashLayout()
    {
        // FNV-1a over what both sides must agree on.
        uint hash = 2166136261;
        ReadOnlySpan<int> facts =
        [
            (int)ArenaHeader.CurrentVersion, ArenaHeader.Size, ParticipantSlot.Size,
            ChannelLayout.Size, ChannelLayout.FirstRing, ChannelLayout.FirstRingData, ChannelLayout.SecondRing,
            ChannelLayout.SecondRingData, ChannelLayout.RingBytes, ChannelState.Size,
            RingControl.Size, BulkBlock.Size, FrameHeader.Size,
            ScopeHeader.Size, ParticipantRecord.Size, AgentRecord.Size, AgentRecord.HoldSlots, SiteRecord.Size, NameRecord.Size, ObjectRecord.Size, OrderClassRecord.Size, OrderEdgeRecord.Size, StackRecord.Size,
            HeapBlock.Size, QueueControl.Size, QueueHand.Size, PayloadSlot.Size, PrioritySlot.Size, PriorityEntry.Size,
        ];
        foreach (int fact in facts)
        {
            for (int shift = 0; shift < 32; shift += 8)
            {
                hash = (hash ^ (byte)(fact >> shift)) * 16777619;
            }
        }

        return hash;
    }
}

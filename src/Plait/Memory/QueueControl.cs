using System.Runtime.InteropServices;

namespace Plait.Memory;

/// <summary>In which order a queue gives.</summary>
internal enum QueueOrder : byte
{
    Fifo = 0,
    Lifo = 1,
    Priority = 2,
}

/// <summary>Bits of <see cref="QueueControl.Flags"/>.</summary>
internal static class QueueFlags
{
    /// <summary>One unit at a time puts; one at a time gets: promised by the caller, so that side has no guard.</summary>
    public const byte SingleProducer = 1;
    public const byte SingleConsumer = 2;

    /// <summary>It has fewer slots than it takes items, and gets more when they are full.</summary>
    public const byte Growing = 4;

    /// <summary>Who takes an item leases it.</summary>
    public const byte AtLeastOnce = 8;

    /// <summary>The items are not in the memory but in the process that it is private to.</summary>
    public const byte Managed = 16;

    /// <summary>Slots hold lengths and bytes, or blocks.</summary>
    public const byte Payloads = 32;
}

/// <summary>Values of <see cref="QueueControl.State"/>; it only rises.</summary>
internal static class QueueState
{
    public const uint Open = 0;

    /// <summary>Nothing is put any more.</summary>
    public const uint ShutDown = 1;

    /// <summary>Nor is anything got: what was in it is dropped.</summary>
    public const uint ShutDownAtOnce = 2;
}

/// <summary>
/// The words of a queue, by who writes them: each group on a pair of cache lines of its own. Specification: docs/design/queues.md; the
/// offsets are pinned by tests.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal unsafe struct QueueControl
{
    public const int Size = 640;

    /// <summary>"QUEU" read as a little-endian number.</summary>
    public const uint ExpectedMagic = 0x5545_5551;

    /// <summary>Of <see cref="Storage"/>: the low bits say how many slots there are, as a power of two.</summary>
    public const ulong SlotsMask = 31;

    [FieldOffset(0)]
    public uint Magic;

    [FieldOffset(4)]
    public QueueOrder Order;

    /// <summary>See <see cref="QueueFlags"/>.</summary>
    [FieldOffset(5)]
    public byte Flags;

    /// <summary>Bytes from one slot to the next.</summary>
    [FieldOffset(8)]
    public int SlotBytes;

    /// <summary>Items at most; <see cref="int.MaxValue"/> for no limit.</summary>
    [FieldOffset(12)]
    public int Capacity;

    /// <summary>The objects that one waits on: for an item, for room, for the end of the work.</summary>
    [FieldOffset(16)]
    public uint Items;

    [FieldOffset(20)]
    public uint Room;

    [FieldOffset(24)]
    public uint Work;

    /// <summary>What the items are: both sides must agree.</summary>
    [FieldOffset(32)]
    public ulong ItemType;

    /// <summary>Bytes at most of a queue that grows.</summary>
    [FieldOffset(40)]
    public long MostBytes;

    /// <summary>The queue that was made before this one in the memory, by its control's place, or 0.</summary>
    [FieldOffset(48)]
    public ulong Older;

    /// <summary>Items ever put. Under the guard of those who put, or written by the one who does.</summary>
    [FieldOffset(128)]
    public ulong Tail;

    /// <summary>The agent that put last, where only one may: its tag.</summary>
    [FieldOffset(144)]
    public uint Producer;

    /// <summary>1 while that one is between its look at <see cref="State"/> and the end of the put.</summary>
    [FieldOffset(148)]
    public uint PutterBusy;

    /// <summary>Bytes of the items put into blocks of their own; as Tail, whose lowest bit says which of the two counts. So Tail decides for both.</summary>
    [FieldOffset(152)]
    public fixed long BytesPut[2];

    /// <summary>Items ever got. Under the guard of those who get, or written by the one who does.</summary>
    [FieldOffset(256)]
    public ulong Head;

    [FieldOffset(272)]
    public uint Consumer;

    [FieldOffset(276)]
    public uint GetterBusy;

    /// <summary>The same of what was got, by Head.</summary>
    [FieldOffset(280)]
    public fixed long BytesGot[2];

    // From here on: looked at by everybody, seldom written.

    /// <summary>See <see cref="QueueState"/>. Interlocked.</summary>
    [FieldOffset(384)]
    public uint State;

    /// <summary>1: somebody is in the queue of that object, so whoever changes the counts must look there. Written under its guard.</summary>
    [FieldOffset(388)]
    public uint ItemsWanted;

    [FieldOffset(392)]
    public uint RoomWanted;

    [FieldOffset(396)]
    public uint WorkWanted;

    /// <summary>Where the slots are, and how many; see <see cref="SlotsMask"/>. Written under the guards of both sides.</summary>
    [FieldOffset(400)]
    public ulong Storage;

    /// <summary>The first item that came back, by its block's place, or 0. Under the guard of those who get.</summary>
    [FieldOffset(408)]
    public ulong Returned;

    /// <summary>Items whose work is done, or that nobody will do any more. Under the guard of the work.</summary>
    [FieldOffset(512)]
    public ulong Done;

    /// <summary>Items that processes had got and not said to be done when they ended.</summary>
    [FieldOffset(520)]
    public ulong Abandoned;

    /// <summary>Bits 0 to 27: items that came back and are still there; the others: how many have come back. One store for both. Under the guard of those who get.</summary>
    [FieldOffset(528)]
    public ulong Returns;

    /// <summary>Of <see cref="Returns"/>: where the number of all begins.</summary>
    public const int ReturnsShift = 28;

    /// <summary>1 + the participant for whom items are being counted as done, or 0; valid with the three words behind it. Under the guard of the work.</summary>
    [FieldOffset(536)]
    public uint Completing;

    /// <summary>What Done becomes.</summary>
    [FieldOffset(544)]
    public ulong DoneAfter;

    /// <summary>What that participant's <see cref="QueueHand.Done"/> becomes.</summary>
    [FieldOffset(560)]
    public ulong HandAfter;

    /// <summary>The place of the leased block that is done, or 0.</summary>
    [FieldOffset(568)]
    public ulong LeaseAfter;
}

/// <summary>What a process has got from a queue; one for each participant, behind the control.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct QueueHand
{
    public const int Size = 64;

    /// <summary>Of <see cref="Got"/>: the low bits are the Head that the last one left, the others count.</summary>
    public const int CountShift = 40;

    /// <summary>Items that it has got, and from which position the last: in one word, for the position tells whether the last one was got indeed.</summary>
    [FieldOffset(0)]
    public ulong Got;

    /// <summary>Items that it has said to be done.</summary>
    [FieldOffset(8)]
    public ulong Done;
}

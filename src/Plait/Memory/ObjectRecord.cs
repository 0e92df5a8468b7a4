using System.Runtime.InteropServices;

namespace Plait.Memory;

/// <summary>What an <see cref="ObjectRecord"/> is. Written once, when it is made.</summary>
internal enum ObjectKind : byte
{
    Free = 0,
    Lock = 1,
    ReentrantLock = 2,
    Semaphore = 3,
    Event = 4,
    Condition = 5,
    Barrier = 6,
    ReaderWriterLock = 7,
    Countdown = 8,
    Once = 9,

    /// <summary>The end of a thread, which others wait for in a join.</summary>
    Unit = 10,

    /// <summary>A queue, where one waits for an item.</summary>
    QueueItems = 11,

    /// <summary>A queue, where one waits for room.</summary>
    QueueRoom = 12,

    /// <summary>A queue, where one waits until all its items are done.</summary>
    QueueWork = 13,

    /// <summary>Shared data: no unit waits for it, the record only gives it a name.</summary>
    SharedValue = 20,

    SharedArray = 21,

    SharedMemory = 22,

    SharedDictionary = 23,

    /// <summary>A part of a dictionary; its record is in the dictionary's own block.</summary>
    DictionaryStripe = 24,
}

/// <summary>
/// One primitive of a scope. The first 64 bytes are what operations touch, the others are for statistics and recovery.
/// Specification: docs/design/locks.md; the offsets are pinned by tests.
/// </summary>
/// <remarks>
/// "Guarded" fields are written only by the agent whose tag is in <see cref="Guard"/>, or by whoever repairs after its death.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct ObjectRecord
{
    public const int Size = 128;

    /// <summary>In <see cref="State"/>: somebody is in the queue, so a release must look there.</summary>
    public const uint WaitersBit = 0x8000_0000;

    /// <summary>See <see cref="NameEntry"/>.</summary>
    public const uint Kept = uint.MaxValue;

    /// <summary>
    /// A lock: bits 0 to 30 the owner's tag, or 0; bit 31 <see cref="WaitersBit"/>. Changed by compare-and-exchange only: to an owner
    /// by that owner or by who hands over to it, to 0 by the owner or, after its death, by a recoverer under the guard. A reader-writer lock: the
    /// writer's tag, guarded. An event: 1 when set, guarded. A barrier: see BarrierProtocol, guarded.
    /// </summary>
    [FieldOffset(0)]
    public uint State;

    /// <summary>The tag of the agent that changes the guarded fields, or 0. Taken by compare-and-exchange, given back by a store.</summary>
    [FieldOffset(4)]
    public uint Guard;

    /// <summary>Counts acquisitions. Of a lock: written by its owner alone.</summary>
    [FieldOffset(8)]
    public ulong Acquisitions;

    /// <summary>
    /// A lock: 1 while the first waiter is poked and has not gone back to sleep, so that a release need not look at the queue. Set under the
    /// guard before the waiter's word says so; taken away under the guard, or by the waiter before its word says that it waits. May be 0
    /// too soon, which costs a look.
    /// </summary>
    [FieldOffset(16)]
    public uint Waking;

    /// <summary>A barrier: counts its rounds. Guarded.</summary>
    [FieldOffset(20)]
    public uint Rounds;

    /// <summary>A reentrant lock: holds of the owner beyond the first; its owner's. A semaphore: permits. A countdown: signals missing. A reader-writer lock: readers. Guarded but for the first.</summary>
    [FieldOffset(24)]
    public int Count;

    /// <summary>See <see cref="ObjectFlags"/>. Guarded; an owner takes <see cref="ObjectFlags.Abandoned"/> away.</summary>
    [FieldOffset(28)]
    public uint Flags;

    /// <summary>Agents that wait, oldest first, linked through their records: a cache of "all agents whose WaitObject is this one, by ticket". Guarded.</summary>
    [FieldOffset(32)]
    public uint QueueHead;

    [FieldOffset(36)]
    public uint QueueTail;

    /// <summary>Length of the queue. Guarded.</summary>
    [FieldOffset(40)]
    public uint QueueLength;

    [FieldOffset(44)]
    public ObjectKind Kind;

    /// <summary>An event: 1 for automatic reset. A lock: 1 for strict order.</summary>
    [FieldOffset(45)]
    public byte Mode;

    /// <summary>The ticket of the next waiter. Guarded.</summary>
    [FieldOffset(48)]
    public ulong NextTicket;

    /// <summary>A semaphore: the most permits. A barrier: its parties. A countdown: its initial count.</summary>
    [FieldOffset(56)]
    public int Limit;

    /// <summary>The number of the lock's class, for order checking; 0 for none.</summary>
    [FieldOffset(60)]
    public uint OrderClass;

    // From here on: statistics and recovery.

    /// <summary>What is being changed, so that a repair can finish it: see Journal. 0 when nothing is. Guarded.</summary>
    [FieldOffset(64)]
    public ulong Journal;

    /// <summary>The second word of the journal; valid while the first is not 0.</summary>
    [FieldOffset(72)]
    public ulong JournalDetail;

    /// <summary>A queue's: the place of its <see cref="QueueControl"/> in the memory. Shared data's: the place of its block. Written once, when it is made.</summary>
    [FieldOffset(64)]
    public ulong Content;

    /// <summary>A lock, which has no journal: when it was last made over to a waiter. Guarded.</summary>
    [FieldOffset(72)]
    public long HandedOver;

    [FieldOffset(80)]
    public uint Waits;

    [FieldOffset(84)]
    public uint Timeouts;

    /// <summary>Nanoseconds of all ended waits.</summary>
    [FieldOffset(88)]
    public ulong TotalWait;

    [FieldOffset(96)]
    public ulong LongestWait;

    [FieldOffset(104)]
    public uint Abandonments;

    /// <summary>Who abandoned it last.</summary>
    [FieldOffset(108)]
    public int AbandonedPid;

    [FieldOffset(112)]
    public int AbandonedThread;

    [FieldOffset(116)]
    public uint AbandonedParticipant;

    /// <summary>Where its name is in the directory, plus 1; 0 for none. <see cref="Kept"/>: none, but something with a name belongs to it.</summary>
    [FieldOffset(120)]
    public uint NameEntry;

    /// <summary>A condition: its lock. The parts of a queue: its <see cref="ObjectKind.QueueItems"/>. Any: the next free record.</summary>
    [FieldOffset(124)]
    public uint Partner;
}

/// <summary>Bits of <see cref="ObjectRecord.Flags"/>.</summary>
internal static class ObjectFlags
{
    /// <summary>Its last holder was gone without a release, and nobody has been told yet.</summary>
    public const uint Abandoned = 1;

    /// <summary>A barrier is broken; an initialisation is done.</summary>
    public const uint Broken = 2;

    public const uint Done = 4;
}

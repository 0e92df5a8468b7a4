using System.Runtime.InteropServices;

namespace Plait.Memory;

/// <summary>Where an agent's wait stands: the word that it sleeps on.</summary>
internal static class ParkState
{
    public const uint Idle = 0;

    /// <summary>In a queue, asleep or about to be. Set by the waiter.</summary>
    public const uint Waiting = 1;

    /// <summary>It has what it waited for, and is out of the queue. Set under the object's guard.</summary>
    public const uint Granted = 2;

    /// <summary>The lock was free when this was set: it is to try for itself. It is still in the queue.</summary>
    public const uint Poked = 3;

    /// <summary>It will not get it (the barrier broke); it is out of the queue. Set under the object's guard.</summary>
    public const uint Refused = 4;

    /// <summary>Something beside the object wants its attention: a token, a detector. Set by compare-and-exchange from <see cref="Waiting"/>.</summary>
    public const uint Alerted = 5;
}

/// <summary>
/// Who can hold and wait: a thread or an async flow, in one scope memory. Specification: docs/design/locks.md; the offsets are
/// pinned by tests.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal unsafe struct AgentRecord
{
    public const int Size = 512;
    public const int HoldSlots = 38;
    public const int HoldsOffset = 112;
    public const int NameBytes = 20;

    /// <summary>A free record, one in use, or one whose unit is gone and that nobody has cleaned up yet.</summary>
    public const uint Free = 0;
    public const uint Live = 1;
    public const uint Ended = 2;

    /// <summary>No unit, but more slots of one.</summary>
    public const uint Extension = 3;

    /// <summary>See above. To live by who takes the record, under the allocation guard; to ended by its process; to free by who recovers it.</summary>
    [FieldOffset(0)]
    public uint State;

    /// <summary>Counts the uses of the record; raised when it is freed, in one store with the state. Its low 15 bits are in the tag.</summary>
    [FieldOffset(4)]
    public uint Generation;

    /// <summary>The process: its index among the participants in the low half, the low half of that slot's use count in the high half.</summary>
    [FieldOffset(8)]
    public uint Participant;

    /// <summary>The system's number of the thread; 0 for a flow.</summary>
    [FieldOffset(12)]
    public int ThreadId;

    /// <summary>The number of the flow in its process; 0 for a thread.</summary>
    [FieldOffset(16)]
    public int FlowId;

    /// <summary>Asynchronous: the wait ends by its process's dispatcher, not by this record's word.</summary>
    [FieldOffset(20)]
    public uint IsAsync;

    /// <summary>The object that it is about to change, plus 1, or 0: what a recoverer must look at first. Its own.</summary>
    [FieldOffset(24)]
    public uint Pending;

    /// <summary>See <see cref="ParkState"/>.</summary>
    [FieldOffset(28)]
    public uint Park;

    /// <summary>The object that it waits for, or was granted, or 0. Set by the agent under the object's guard; cleared by it.</summary>
    [FieldOffset(32)]
    public uint WaitObject;

    /// <summary>What it wants of the object: see WaitMode.</summary>
    [FieldOffset(36)]
    public uint WaitMode;

    /// <summary>Its place in the order of arrival.</summary>
    [FieldOffset(40)]
    public ulong WaitTicket;

    /// <summary>When the wait began, by the monotonic clock.</summary>
    [FieldOffset(48)]
    public long WaitSince;

    /// <summary>When the wait will end by itself; long.MaxValue when it will not.</summary>
    [FieldOffset(56)]
    public long WaitDeadline;

    /// <summary>Neighbours in the queue. Guarded by the object.</summary>
    [FieldOffset(64)]
    public uint Next;

    [FieldOffset(68)]
    public uint Previous;

    /// <summary>A condition that notified it, while it has yet to regain the lock; or 0. Its own.</summary>
    [FieldOffset(72)]
    public uint Notified;

    /// <summary>What a grant gives beside itself: the rank at a barrier.</summary>
    [FieldOffset(76)]
    public int WaitResult;

    /// <summary>Where it waits: a site, see SiteTable.</summary>
    [FieldOffset(80)]
    public uint WaitSite;

    /// <summary>Raised before and after every change of what it waits for: a reader that sees the same even number twice saw one state.</summary>
    [FieldOffset(88)]
    public ulong Sequence;

    /// <summary>The next free record.</summary>
    [FieldOffset(96)]
    public uint NextFree;

    /// <summary>The next on its process's list of ended async waits; all ones while it is put there, 0 when it is not on it.</summary>
    [FieldOffset(100)]
    public uint NextDelivery;

    /// <summary>The record with more of its holds, or 0. Its own.</summary>
    [FieldOffset(104)]
    public uint MoreHolds;

    /// <summary>Each an object, a mode and a number, see HoldEntry; 0 for an empty slot.</summary>
    [FieldOffset(HoldsOffset)]
    public fixed ulong Holds[HoldSlots];

    /// <summary>Where each was acquired; written before the agent sleeps.</summary>
    [FieldOffset(416)]
    public fixed ushort HoldSites[HoldSlots];

    /// <summary>What its thread was called when it came, in UTF-8, as much as there is room for; ends at the first zero.</summary>
    [FieldOffset(492)]
    public fixed byte Name[NameBytes];

    /// <summary>A slot of <see cref="Holds"/>, which as a field is checked for null each time.</summary>
    public static ulong* HoldSlot(AgentRecord* record, uint slot) => (ulong*)((byte*)record + HoldsOffset) + slot;
}

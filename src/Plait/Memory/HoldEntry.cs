namespace Plait.Memory;

/// <summary>How something is held.</summary>
internal enum HoldMode : byte
{
    None = 0,

    /// <summary>Alone: the object's word names the holder.</summary>
    Exclusive = 1,

    /// <summary>Together with other readers.</summary>
    Read = 2,

    /// <summary>One permit of several.</summary>
    Permit = 3,

    /// <summary>A permit of a waiter that was given it and did not live to return with it: on its way back, and no holder's end is to be told.</summary>
    Returning = 4,
}

/// <summary>
/// One hold in an agent's record: bits 0 to 31 the object, 32 to 35 the <see cref="HoldMode"/>, 36 to 63 the low bits of a number that tells
/// an agent's holds of one object apart. That number, an epoch, says in its low 6 bits in which slot the entry is, or that it is
/// elsewhere; the bits above count the agent's holds, or are the ticket of a wait.
/// </summary>
internal static class HoldEntry
{
    /// <summary>In place of a slot: the entry is anywhere.</summary>
    public const uint Elsewhere = 62;

    /// <summary>In place of a slot: the same, and the number is a ticket.</summary>
    private const uint Ticket = 63;

    // The highest that an entry has room for.
    private const ulong ClaimedBit = 1UL << 27;

    private const int SlotBits = 6;
    private const uint SlotMask = (1 << SlotBits) - 1;

    public static ulong EpochIn(ulong epoch, uint slot) => (epoch & ~(ulong)SlotMask) | slot;

    /// <summary>The epoch after that one.</summary>
    public static ulong NextEpoch(ulong epoch, uint slot) => ((epoch | SlotMask) + 1) | slot;

    public static uint SlotOfEpoch(ulong epoch) => (uint)epoch & SlotMask;

    /// <summary>Of a flow's two counts of holds, that of those which claim a likely slot: they never have a number of the other.</summary>
    public static ulong Claimed(ulong epoch) => epoch | ClaimedBit;

    /// <summary>The other count, of holds for which a slot was searched.</summary>
    public static ulong NotClaimed(ulong epoch) => epoch & ~ClaimedBit;

    /// <summary>What was granted has the number of its wait, which a recoverer knows as well.</summary>
    public static ulong Granted(uint target, HoldMode mode, ulong ticket) => Make(target, mode, (ticket << SlotBits) | Ticket);

    /// <summary>Where the entry is in its agent's record, if that is less than the number of slots.</summary>
    public static uint Slot(ulong entry) => (uint)(entry >> 36) & SlotMask;

    public static ulong Make(uint target, HoldMode mode, ulong epoch) => target | ((ulong)mode << 32) | (epoch << 36);

    public static uint Object(ulong entry) => (uint)entry;

    public static HoldMode Mode(ulong entry) => (HoldMode)((entry >> 32) & 15);
}

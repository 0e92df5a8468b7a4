namespace Plait.Memory;

/// <summary>The word <see cref="CallWords.ItemClaim"/>, taken apart. Specification: docs/design/map.md.</summary>
internal static class ItemClaim
{
    private const int CallShift = 32;
    private const ulong CallMask = (1UL << 31) - 1;

    /// <summary>The word of a chunk of which nothing is claimed.</summary>
    public static ulong Of(long call) => ((ulong)call & CallMask) << CallShift;

    public static ulong Of(long call, int claimed) => Of(call) | (uint)claimed;

    public static bool IsCut(ulong word) => (word & CallWords.Cut) != 0;

    public static int Claimed(ulong word) => (int)(uint)word;

    public static bool BelongsTo(ulong word, long call) => ((word >> CallShift) & CallMask) == ((ulong)call & CallMask);
}

namespace Plait.Memory;

/// <summary>Where a big block of bytes lies in an arena's bulk space: written into a payload in place of the bytes.</summary>
/// <param name="Offset">Byte offset from the arena's start.</param>
/// <param name="Length">Length in bytes; never negative.</param>
internal readonly record struct BulkReference(long Offset, long Length);

namespace Plait.Memory;

/// <summary>
/// Where the parts of a private channel lie, from the arena's data offset on: state words, two rings (to the child, from
/// the child), and after <see cref="Size"/> the two halves of bulk space. A channel with several lanes has the table of their
/// <see cref="CallWords"/> between the two. Specification: docs/design/channel.md.
/// </summary>
internal static class ChannelLayout
{
    /// <summary>Bytes each ring holds; a power of two. Longer messages stream through.</summary>
    public const int RingBytes = 64 * 1024;

    /// <summary>The <see cref="CallWords"/> where there is one lane: with the state words.</summary>
    public const int OnlyLane = 128;

    public const int FirstRing = 4096;
    public const int FirstRingData = 8192;
    public const int SecondRing = FirstRing + 1024;
    public const int SecondRingData = FirstRingData + RingBytes;
    public const int Size = SecondRingData + RingBytes;
}

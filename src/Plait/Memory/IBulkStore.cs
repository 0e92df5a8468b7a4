using System.Buffers;

namespace Plait.Memory;

/// <summary>
/// Holds big blocks outside the message that refers to them, so that an array crosses a process border with one copy in
/// and one copy out, or with none out when the reader borrows it.
/// </summary>
internal interface IBulkStore
{
    /// <summary>Blocks of at least this many bytes are worth storing outside the message.</summary>
    int Threshold { get; }

    /// <summary>Copies <paramref name="data"/> into the store. False when the store has no room: the caller then sends the bytes inline.</summary>
    bool TryStore(ReadOnlySpan<byte> data, out BulkReference reference);

    /// <summary>If <paramref name="memory"/> is a view that <see cref="Borrow"/> of this same store gave out, its reference; the bytes then travel without a copy.</summary>
    bool TryFind(ReadOnlyMemory<byte> memory, out BulkReference reference);

    /// <summary>Copies a received block to <paramref name="destination"/> (exactly its length) and gives it back to its sender.</summary>
    /// <exception cref="InvalidDataException">The reference lies outside the store.</exception>
    void Take(BulkReference reference, Span<byte> destination);

    /// <summary>Takes back what <see cref="TryStore"/> or <see cref="TryFind"/> held for a message that was never sent.</summary>
    void GiveBack(BulkReference reference);

    /// <summary>A view of a received block without a copy; disposing the owner gives the block back to its sender.</summary>
    /// <exception cref="InvalidDataException">The reference lies outside the store.</exception>
    IMemoryOwner<byte> Borrow(BulkReference reference);
}

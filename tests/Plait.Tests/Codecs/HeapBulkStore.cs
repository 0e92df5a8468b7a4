using System.Buffers;
using Plait.Memory;

namespace Plait.Tests.Codecs;

/// <summary>A bulk store on the heap that counts what is copied, borrowed and given back.</summary>
internal sealed class HeapBulkStore(int threshold = 64) : IBulkStore
{
    private readonly Dictionary<long, byte[]> _blocks = [];
    private long _next = 4096;

    public int Threshold => threshold;

    public int Stored { get; private set; }

    public int Found { get; private set; }

    public int GivenBack { get; private set; }

    public bool HasRoom { get; set; } = true;

    public bool TryStore(ReadOnlySpan<byte> data, out BulkReference reference)
    {
        reference = default;
        if (!HasRoom)
        {
            return false;
        }

        Stored++;
        reference = new BulkReference(_next, data.Length);
        _blocks.Add(_next, data.ToArray());
        _next += 4096;
        return true;
    }

    public bool TryFind(ReadOnlyMemory<byte> memory, out BulkReference reference)
    {
        reference = default;
        if (!System.Runtime.InteropServices.MemoryMarshal.TryGetArray(memory, out ArraySegment<byte> segment) || segment.Offset != 0)
        {
            return false;
        }

        foreach ((long offset, byte[] block) in _blocks)
        {
            if (ReferenceEquals(block, segment.Array))
            {
                Found++;
                reference = new BulkReference(offset, memory.Length);
                return true;
            }
        }

        return false;
    }

    public void Take(BulkReference reference, Span<byte> destination) => Find(reference).Span.CopyTo(destination);

    public void GiveBack(BulkReference reference)
    {
        _ = Find(reference);
        GivenBack++;
    }

    public IMemoryOwner<byte> Borrow(BulkReference reference) => new Owner(this, Find(reference));

    private Memory<byte> Find(BulkReference reference) =>
        _blocks.TryGetValue(reference.Offset, out byte[]? block) && reference.Length <= block.Length
            ? block.AsMemory(0, (int)reference.Length)
            : throw new InvalidDataException($"No block of {reference.Length} bytes at {reference.Offset}.");

    private sealed class Owner(HeapBulkStore store, Memory<byte> memory) : IMemoryOwner<byte>
    {
        private bool _disposed;

        public Memory<byte> Memory => memory;

        public void Dispose()
        {
            lock (store)
            {
                store.GivenBack += _disposed ? 0 : 1;
                _disposed = true;
            }
        }
    }
}

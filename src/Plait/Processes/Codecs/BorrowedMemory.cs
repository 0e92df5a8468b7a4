using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Plait.Processes.Codecs;

/// <summary>
/// A view of a block in shared memory. The memory it gives out keeps it alive; when nobody holds that any more the block
/// goes back to its sender. A span alone keeps nothing alive: hold the memory while its span is in use. Arguments are held
/// until the function that got them is done (<see cref="BoundFunction"/>).
/// </summary>
internal sealed class BorrowedMemory<T>(IMemoryOwner<byte> owner) : MemoryManager<T>
    where T : unmanaged
{
    private IMemoryOwner<byte>? _owner = owner;

#pragma warning disable CA2015 // The danger it names is real and documented above; without a finalizer a dropped view would keep its block for ever.
    ~BorrowedMemory() => Dispose(disposing: false);
#pragma warning restore CA2015

    public ReadOnlyMemory<byte> Bytes => Owner.Memory;

    private IMemoryOwner<byte> Owner => _owner ?? throw new ObjectDisposedException(nameof(BorrowedMemory<T>), "The block was already given back to its sender.");

    public override Memory<T> Memory => CreateMemory(Owner.Memory.Length / Unsafe.SizeOf<T>());

    public override Span<T> GetSpan() => MemoryMarshal.Cast<byte, T>(Owner.Memory.Span);

    public override MemoryHandle Pin(int elementIndex = 0) =>
        Owner.Memory[(elementIndex * Unsafe.SizeOf<T>())..].Pin();

    public override void Unpin()
    {
        // Nothing to do: the pin belongs to the handle that Pin gave out.
    }

    protected override void Dispose(bool disposing) => Interlocked.Exchange(ref _owner, null)?.Dispose();
}

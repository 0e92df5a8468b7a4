using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Plait.Codecs;

/// <summary>
/// A view of a block in shared memory. It goes back to its sender when it is disposed, when the call it came with is over
/// (an argument), or when the channel is disposed (a result). There is no finalizer on purpose: a span taken from the view
/// would not keep it alive, and the sender would overwrite the block under that span.
/// </summary>
internal sealed class BorrowedMemory<T>(IMemoryOwner<byte> owner) : MemoryManager<T>
    where T : unmanaged
{
    private IMemoryOwner<byte>? _owner = owner;

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

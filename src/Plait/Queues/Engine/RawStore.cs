using System.Runtime.CompilerServices;
using Plait.Memory;

namespace Plait.Queues.Engine;

/// <summary>Items that are bytes, in the slots themselves.</summary>
/// <typeparam name="T">What is put and got; without references.</typeparam>
internal unsafe struct RawStore<T> : IItemStore<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Write(byte* slot, ulong position, in T item) => Unsafe.WriteUnaligned(slot, item);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Read(byte* slot, ulong position, ref T item)
    {
        item = Unsafe.ReadUnaligned<T>(slot);
        return true;
    }

    public readonly bool Peek(byte* slot, ulong position, ref T item) => Read(slot, position, ref item);

    public readonly bool ReadReturned(HeapBlock* block, ref T item) => false;

    public readonly bool PeekReturned(HeapBlock* block, ref T item) => false;

    public readonly void Clear(byte* slot, ulong position)
    {
    }

    public readonly void Drop(byte* slot, ulong position)
    {
    }

    public readonly long Weight(in T item) => 0;

    public readonly object? Extension(long slots) => null;

    public readonly void Extend(object? extension, ulong first, long count)
    {
    }
}

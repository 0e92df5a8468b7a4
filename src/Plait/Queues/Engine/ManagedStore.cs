using System.Runtime.CompilerServices;
using Plait.Memory;

namespace Plait.Queues.Engine;

/// <summary>Items of a process's own: an array of them, by position.</summary>
/// <typeparam name="T">What is put and got.</typeparam>
internal unsafe struct ManagedStore<T>(long slots) : IItemStore<T>
{
    private T[] _items = new T[slots];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Write(byte* slot, ulong position, in T item) => At(position) = item;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Read(byte* slot, ulong position, ref T item)
    {
        item = At(position);
        return true;
    }

    public readonly bool Peek(byte* slot, ulong position, ref T item) => Read(slot, position, ref item);

    public readonly bool ReadReturned(HeapBlock* block, ref T item) => false;

    public readonly bool PeekReturned(HeapBlock* block, ref T item) => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Clear(byte* slot, ulong position)
    {
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            At(position) = default!;
        }
    }

    public readonly void Drop(byte* slot, ulong position) => Clear(slot, position);

    public readonly long Weight(in T item) => 0;

    public readonly object? Extension(long slots) => new T[slots];

    public void Extend(object? extension, ulong first, long count)
    {
        var larger = (T[])extension!;
        for (ulong i = 0; i < (ulong)count; i++)
        {
            larger[(first + i) & (ulong)(larger.Length - 1)] = At(first + i);
        }

        _items = larger;
    }

    // A power of two of them.
    private readonly ref T At(ulong position)
    {
        T[] items = _items;
        return ref items[(nuint)(position & (ulong)(items.Length - 1))];
    }
}

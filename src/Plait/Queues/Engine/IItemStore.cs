using Plait.Memory;

namespace Plait.Queues.Engine;

/// <summary>How items lie in slots. Members run under a guard: none throws, blocks or runs user code.</summary>
/// <typeparam name="TItem">What is handed to the queue.</typeparam>
internal unsafe interface IItemStore<TItem>
{
    /// <summary>Puts an item into a slot that is free.</summary>
    /// <param name="slot">Where its bytes go; of no meaning where the items are not in the memory.</param>
    /// <param name="position">FIFO: the number of the item; LIFO: how many are below it; priority: the slot.</param>
    /// <param name="item">The item.</param>
    void Write(byte* slot, ulong position, in TItem item);

    /// <summary>Copies an item out.</summary>
    /// <returns>False when what is in the slot makes no sense, or does not fit: the item says which.</returns>
    bool Read(byte* slot, ulong position, ref TItem item);

    /// <summary>The same of an item that stays.</summary>
    bool Peek(byte* slot, ulong position, ref TItem item);

    /// <summary>Takes an item that came back.</summary>
    bool ReadReturned(HeapBlock* block, ref TItem item);

    /// <summary>Copies it, and it stays.</summary>
    bool PeekReturned(HeapBlock* block, ref TItem item);

    /// <summary>The item is about to be got: lets go of what the slot refers to.</summary>
    void Clear(byte* slot, ulong position);

    /// <summary>The item will not be got by anybody: gives back what it has beside its slot. Not under a guard.</summary>
    void Drop(byte* slot, ulong position);

    /// <summary>Bytes that the item has beside its slot.</summary>
    long Weight(in TItem item);

    /// <summary>What is needed to have so many slots, where the items are not in the memory. Not under a guard: may allocate.</summary>
    object? Extension(long slots);

    /// <summary>Takes that into use: items keep their positions.</summary>
    void Extend(object? extension, ulong first, long count);
}

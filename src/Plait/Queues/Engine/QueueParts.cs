using System.Numerics;
using System.Text;
using Plait.Memory;
using Plait.Synchronization;
using Plait.Synchronization.Engine;

namespace Plait.Queues.Engine;

/// <summary>A queue's records in its memory: the words, and the objects that units wait on. Keeps private ones, and gives them back when nobody refers to it any more.</summary>
internal sealed unsafe class QueueParts
{
    /// <summary>Slots of a queue that grows, at first.</summary>
    public const int FirstSlots = 64;

    private QueueParts(Scope scope, QueueControl* control, in QueueFacts facts)
    {
        Scope = scope;
        Memory = scope.Memory;
        Control = control;
        Facts = facts;
        Items = new QueueSide(scope, facts.Items, control, facts);
        Room = new QueueSide(scope, facts.Room, control, facts);
        Work = new QueueSide(scope, facts.Work, control, facts);
        if (Memory.IsShared || Items.Record->NameEntry != 0)
        {
            // The name is the first one's; the other two go with it.
            GC.SuppressFinalize(this);
#pragma warning disable CA1816 // Their finalizers are not for Dispose.
            GC.SuppressFinalize(Room);
            GC.SuppressFinalize(Work);
#pragma warning restore CA1816
        }
    }

    // The three objects give their records back themselves, when nobody waits there any more. Nobody looks at the words then.
    ~QueueParts()
    {
        if (Facts.Has(QueueFlags.Payloads))
        {
            FreeItems();
        }

        if (BlockOf(Control->Storage) is var slots && slots is not null)
        {
            Memory.Heap.Free(slots);
        }

        Memory.Heap.Free((HeapBlock*)((byte*)Control - HeapBlock.Size));
    }

    public Scope Scope { get; }

    public ScopeMemory Memory { get; }

    public QueueControl* Control { get; }

    /// <summary>What never changes of it, as it was when it was opened, and was checked then.</summary>
    public QueueFacts Facts { get; }

    public QueueSide Items { get; }

    public QueueSide Room { get; }

    public QueueSide Work { get; }

    public uint Index => Items.Index;

    /// <summary>A new queue, or the one that has the name.</summary>
    /// <exception cref="ArgumentException">The name belongs to something else, or to a queue of other items or of another order.</exception>
    /// <exception cref="ScopeCapacityException">There is no room.</exception>
    public static QueueParts Create(Scope scope, string? name, in QueueShape shape)
    {
        QueueShape wanted = shape;
        QueueParts parts = Attach(scope, scope.MakeQueue(name, () => Make(scope.Memory, wanted)));
        if (((parts.Facts.Flags ^ shape.Flags) & (QueueFlags.AtLeastOnce | QueueFlags.Managed)) != 0)
        {
            string other = (parts.Facts.Flags & QueueFlags.AtLeastOnce) != 0 ? "with leases" : (shape.Flags & QueueFlags.AtLeastOnce) != 0 ? "without leases" : "of buffers or of objects, whichever this is not";
            throw new ArgumentException($"The name '{name}' belongs to a queue of scope '{scope.Name}' {other}; this one needs another name.", nameof(name));
        }

        return parts.Facts.ItemType == shape.ItemType && parts.Facts.Order == shape.Order ? parts : throw new ArgumentException(
            $"The name '{name}' belongs to a queue of scope '{scope.Name}' that is {parts.Facts.Order} and has other items; one that is {shape.Order}, of {shape.ItemName}, needs another name.", nameof(name));
    }

    /// <summary>A queue that is there.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public static QueueParts Attach(Scope scope, uint index)
    {
        ScopeMemory memory = scope.Memory;
        ObjectRecord* items = memory.Object(index);
        QueueControl* control = items->Kind == ObjectKind.QueueItems ? memory.Queue(items) : null;
        QueueFacts facts = control is null ? default : new QueueFacts(control);
        return facts.Items == index && index != 0 && memory.Object(facts.Room)->Kind == ObjectKind.QueueRoom && memory.Object(facts.Work)->Kind == ObjectKind.QueueWork && facts.IsSound(memory)
            ? new QueueParts(scope, control, facts)
            : throw new InvalidDataException($"Scope '{scope.Name}' has no queue number {index}, or one whose words make no sense.");
    }

    /// <summary>What a queue of these items is, for others to compare.</summary>
    public static ulong HashOf(Type type, bool isRaw)
    {
        // FNV-1a, 64 bits.
        ulong hash = 14695981039346656037;
        foreach (byte part in Encoding.UTF8.GetBytes($"{isRaw}:{type}:{type.Module.ModuleVersionId}"))
        {
            hash = (hash ^ part) * 1099511628211;
        }

        return hash;
    }

    public InvalidDataException Damaged() => new($"{this} is damaged: {Control->Tail} items were put and {Control->Head} got, in {QueueProtocol.SlotCount(Control)} slots. A process wrote nonsense into the scope's memory; make a new queue.");

    /// <summary>The block that the slots are in; null when they are behind the words.</summary>
    public HeapBlock* BlockOf(ulong storage)
    {
        HeapBlock* block = Memory.Heap.At((storage & ~QueueControl.SlotsMask) - HeapBlock.Size);
        return block is not null && SharedHeap.Data(block) != (byte*)Control ? block : null;
    }

    public override string ToString() => $"queue '{Items.Name}'";

    // FIFO: other queues of payloads are in shared memory only.
    private void FreeItems()
    {
        if (!QueueSlots.TryRead(Memory, Control->Storage, Facts.Order, Facts.SlotBytes, out QueueSlots slots))
        {
            return;
        }

        for (ulong at = Control->Head; at != Control->Tail; at++)
        {
            var slot = (PayloadSlot*)slots[at];
            if (slot->Length == PayloadSlot.InBlock && Memory.Heap.At(slot->Block) is var block && block is not null)
            {
                Memory.Heap.Free(block);
            }
        }

        while (Memory.Heap.At(Control->Returned) is var returned && returned is not null)
        {
            Control->Returned = returned->NextFree;
            Memory.Heap.Free(returned);
        }
    }

    private static uint Make(ScopeMemory memory, QueueShape shape)
    {
        bool isGrowing = (shape.Flags & QueueFlags.Growing) != 0;
        long slots = isGrowing ? FirstSlots : (long)BitOperations.RoundUpToPowerOf2((uint)shape.Capacity);
        long hands = memory.HandBytes;
        bool hasSlots = shape.SlotBytes != 0;
        HeapBlock* block = memory.Heap.AllocateZeroed(QueueControl.Size + hands + (hasSlots ? QueueSlots.BytesFor(shape.Order, slots, shape.SlotBytes) : 0));
        var control = (QueueControl*)SharedHeap.Data(block);
        ulong place = memory.Heap.PlaceOf(block);
        control->Order = shape.Order;
        control->Flags = shape.Flags;
        control->SlotBytes = shape.SlotBytes;
        control->Capacity = shape.Capacity;
        control->ItemType = shape.ItemType;
        control->MostBytes = shape.MostBytes;
        control->Storage = (hasSlots ? place + HeapBlock.Size + QueueControl.Size + (ulong)hands : 0) | (uint)BitOperations.Log2((ulong)slots);
        control->Magic = QueueControl.ExpectedMagic;
        uint items = NewObject(memory, ObjectKind.QueueItems, place, 0);
        control->Items = items;
        control->Room = NewObject(memory, ObjectKind.QueueRoom, place, items);
        control->Work = NewObject(memory, ObjectKind.QueueWork, place, items);
        SharedHeap.Keep(block);
        CrashPoints.Hit(CrashPoint.QueueMade);
        if (memory.IsShared)
        {
            memory.AddQueue(control, place);
        }

        return items;
    }

    private static uint NewObject(ScopeMemory memory, ObjectKind kind, ulong content, uint partner)
    {
        uint index = memory.Allocate(kind);
        memory.Object(index)->Partner = partner;
        Volatile.Write(ref memory.Object(index)->Content, content);
        return index;
    }
}

/// <summary>What a new queue is to be.</summary>
internal readonly record struct QueueShape(QueueOrder Order, byte Flags, int Capacity, int SlotBytes, long MostBytes, ulong ItemType, string ItemName);

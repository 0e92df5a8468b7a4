using System.Reflection;
using System.Runtime.InteropServices;
using Plait.Memory;
using Plait.Synchronization.Engine;

namespace Plait.Tests.Synchronization.Scheduling;

internal enum MemoryPart
{
    Other,
    Participant,
    Agent,
    Object,

    /// <summary>The words of the newest queue.</summary>
    Queue,

    /// <summary>What the processes have got from it.</summary>
    Hand,

    Heap,
}

/// <summary>A field of a record, by its address.</summary>
internal readonly record struct Place(MemoryPart Part, uint Index, int Offset)
{
    public const int Park = 28;
    public const int State = 0;
    public const int Guard = 4;
    public const int Count = 24;
    public const int QueueHead = 32;
    public const int QueueTail = 36;
    public const int QueueLength = 40;

    private static readonly Dictionary<(MemoryPart, int), string> Names = FindNames();

    public static unsafe Place Of(ScopeMemory memory, void* place)
    {
        byte* address = (byte*)place;
        if (address >= (byte*)memory.Object(memory.ObjectCapacity))
        {
            return OfHeap(memory, address);
        }

        if (address >= (byte*)memory.Object(0))
        {
            return Make(MemoryPart.Object, address - (byte*)memory.Object(0), ObjectRecord.Size);
        }

        if (address >= (byte*)memory.Agent(0))
        {
            return Make(MemoryPart.Agent, address - (byte*)memory.Agent(0), AgentRecord.Size);
        }

        return address >= (byte*)memory.Participant(0)
            ? Make(MemoryPart.Participant, address - (byte*)memory.Participant(0), ParticipantRecord.Size)
            : new Place(MemoryPart.Other, 0, (int)(address - (byte*)memory.Header));
    }

    public override string ToString() => $"{Part} {Index} {Names.GetValueOrDefault((Part, Offset), $"+{Offset}")}";

    private static unsafe Place OfHeap(ScopeMemory memory, byte* address)
    {
        QueueControl* queue = memory.QueueAt(memory.Header->NewestQueue);
        long offset = address - (byte*)queue;
        return queue is not null && offset is >= 0 and < QueueControl.Size ? new Place(MemoryPart.Queue, 0, (int)offset)
            : queue is not null && offset >= QueueControl.Size && offset < QueueControl.Size + (ScopeMemory.MostParticipants * QueueHand.Size) ? Make(MemoryPart.Hand, offset - QueueControl.Size, QueueHand.Size)
            : new Place(MemoryPart.Heap, 0, (int)(address - (byte*)memory.Object(memory.ObjectCapacity)));
    }

    private static Place Make(MemoryPart part, long offset, int size) => new(part, (uint)(offset / size), (int)(offset % size));

    private static Dictionary<(MemoryPart, int), string> FindNames()
    {
        var names = new Dictionary<(MemoryPart, int), string>();
        foreach ((MemoryPart part, Type type) in (ReadOnlySpan<(MemoryPart, Type)>)
            [(MemoryPart.Participant, typeof(ParticipantRecord)), (MemoryPart.Agent, typeof(AgentRecord)), (MemoryPart.Object, typeof(ObjectRecord)), (MemoryPart.Other, typeof(ScopeHeader)), (MemoryPart.Queue, typeof(QueueControl)), (MemoryPart.Hand, typeof(QueueHand))])
        {
            foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            {
                names.TryAdd((part, field.GetCustomAttribute<FieldOffsetAttribute>()?.Value ?? -1), field.Name);
            }
        }

        return names;
    }
}

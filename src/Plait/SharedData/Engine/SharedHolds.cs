using Plait.Memory;
using Plait.Synchronization.Engine;

namespace Plait.SharedData.Engine;

/// <summary>How many objects of this process hold each block: of the process the memory knows only whether it is a holder.</summary>
internal static unsafe class SharedHolds
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<(ScopeMemory Memory, ulong Place), int> Counts = [];

    // What was sent stays until it is disposed: nobody here may refer to it any more when the other side receives it.
    private static readonly HashSet<SharedPart> Sent = [];

    public static void AddNew(ScopeMemory memory, HeapBlock* block)
    {
        lock (Gate)
        {
            Counts[(memory, memory.Heap.PlaceOf(block))] = 1;
        }
    }

    /// <summary>One more object holds it; false when there is no such block.</summary>
    public static bool TryAdd(ScopeMemory memory, HeapBlock* block, ulong serial)
    {
        (ScopeMemory, ulong) key = (memory, memory.Heap.PlaceOf(block));
        lock (Gate)
        {
            if (!memory.Heap.TryHold(block, serial))
            {
                return false;
            }

            Counts[key] = Counts.GetValueOrDefault(key) + 1;
            return true;
        }
    }

    /// <summary>The object does not hold it any more; the process still does if no other process does and <paramref name="unlessLast"/> is set.</summary>
    public static void Remove(SharedPart part, bool unlessLast)
    {
        (ScopeMemory, ulong) key = (part.Memory, part.Place);
        lock (Gate)
        {
            Sent.Remove(part);
            if (!part.IsCounted)
            {
                return;
            }

            int left = Counts.GetValueOrDefault(key) - 1;
            if (left > 0)
            {
                Counts[key] = left;
                return;
            }

            Counts.Remove(key);
            part.Memory.Heap.LetGo(part.Block, part.Serial, unlessLast);
        }
    }

    /// <summary>It got a name, and is not counted any more.</summary>
    public static void Forget(SharedPart part)
    {
        lock (Gate)
        {
            Counts.Remove((part.Memory, part.Place));
            part.IsCounted = false;
        }
    }

    public static void KeepSent(SharedPart part)
    {
        if (part.IsCounted)
        {
            SharedHeap.NoteSent(part.Block);
            lock (Gate)
            {
                Sent.Add(part);
            }
        }
    }
}

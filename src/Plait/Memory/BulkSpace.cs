using System.Runtime.CompilerServices;

namespace Plait.Memory;

/// <summary>
/// The sender's half of an arena's bulk space. Which ranges are in use is the sender's private knowledge; the only shared
/// word is each block's reader count, which the receiver lowers when it is done. Pages of blocks that came back are kept
/// warm up to <see cref="KeepWarm"/> and given back to the system beyond. Safe for several threads.
/// </summary>
internal sealed unsafe class BulkSpace(Arena arena, long start, long length)
{
    private const int Alignment = 4096;

    /// <summary>Bytes of returned blocks whose pages stay in place for the next message.</summary>
    private const long KeepWarm = 256L << 20;

    private readonly Lock _gate = new();

    // Guarded by _gate; sorted by offset, adjacent free ranges merged.
    // Made with the first block: a worker that sends none does not pay for it while it starts.
    private List<Range>? _made;

    private List<Range> Ranges => _made ??= [new Range(start, length, IsFree: true, IsWarm: false)];

    public long Start => start;

    public long Length => length;

    /// <summary>Takes a block for <paramref name="size"/> bytes with one reader; 0 when nothing is large enough.</summary>
    public long Reserve(long size)
    {
        long needed = (BulkBlock.Size + size + Alignment - 1) & ~(Alignment - 1L);
        lock (_gate)
        {
            CollectReturned();
            int index = FindFree(needed);
            if (index < 0)
            {
                // Warm and cold neighbours are kept apart; all cold, they merge, and room that was only split is found.
                CoolAll_UnderLock();
                CollectReturned();
                index = FindFree(needed);
            }

            if (index < 0)
            {
                return 0;
            }

            Range range = Ranges[index];
            Ranges[index] = new Range(range.Offset, needed, IsFree: false, IsWarm: true);
            if (range.Length > needed)
            {
                Ranges.Insert(index + 1, range with { Offset = range.Offset + needed, Length = range.Length - needed });
            }

            ref BulkBlock block = ref BlockAt(range.Offset);
            block.Magic = BulkBlock.ExpectedMagic;
            block.Length = size;

            // Release: the receiver sees the block through a message that is published later.
            Volatile.Write(ref block.Readers, 1);
            CrashPoints.Hit(CrashPoint.BulkReserved);
            return range.Offset + BulkBlock.Size;
        }
    }

    /// <summary>Gives the pages of everything that came back to the system.</summary>
    public void Trim()
    {
        lock (_gate)
        {
            CollectReturned();
            CoolAll_UnderLock();
        }
    }

    private ref BulkBlock BlockAt(long offset) => ref Unsafe.AsRef<BulkBlock>(arena.Address + offset);

    // A warm range first: its pages need no faults.
    private int FindFree(long needed)
    {
        int cold = -1;
        for (int i = 0; i < Ranges.Count; i++)
        {
            Range range = Ranges[i];
            if (range.IsFree && range.Length >= needed)
            {
                if (range.IsWarm)
                {
                    return i;
                }

                cold = cold < 0 ? i : cold;
            }
        }

        return cold;
    }

    private void CollectReturned()
    {
        long warm = 0;
        for (int i = 0; i < Ranges.Count; i++)
        {
            Range range = Ranges[i];

            // Acquire: pairs with the interlocked decrement of the last reader, which has finished reading.
            if (!range.IsFree && Volatile.Read(ref BlockAt(range.Offset).Readers) == 0)
            {
                range = range with { IsFree = true };
                Ranges[i] = range;
            }

            warm += range is { IsFree: true, IsWarm: true } ? range.Length : 0;
            if (range.IsFree && i > 0 && Ranges[i - 1].IsFree && Ranges[i - 1].IsWarm == range.IsWarm)
            {
                Ranges[i - 1] = Ranges[i - 1] with { Length = Ranges[i - 1].Length + range.Length };
                Ranges.RemoveAt(i--);
            }
        }

        for (int i = Ranges.Count - 1; i >= 0 && warm > KeepWarm; i--)
        {
            warm -= Cool(i);
        }
    }

    private void CoolAll_UnderLock()
    {
        for (int i = 0; i < Ranges.Count; i++)
        {
            Cool(i);
        }
    }

    private long Cool(int index)
    {
        Range range = Ranges[index];
        if (range is not { IsFree: true, IsWarm: true })
        {
            return 0;
        }

        arena.Discard(range.Offset, range.Length);
        Ranges[index] = range with { IsWarm = false };
        return range.Length;
    }

    private readonly record struct Range(long Offset, long Length, bool IsFree, bool IsWarm);
}

using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <content>Blocks that processes hold together: freed with the last of them, whether it lets go or dies.</content>
internal sealed unsafe partial class SharedHeap
{
    public static SharedDataHeader* HeaderOf(HeapBlock* block) => (SharedDataHeader*)Data(block);

    /// <summary>A new block that this process holds, zeros behind its header.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="elementBytes">Bytes of each element.</param>
    /// <param name="length">How many there are.</param>
    /// <param name="elementType">A hash of their type.</param>
    /// <exception cref="ScopeCapacityException">There is no room.</exception>
    public HeapBlock* AllocateCounted(ObjectKind kind, int elementBytes, long length, ulong elementType)
    {
        HeapBlock* block = AllocateZeroed(SharedDataHeader.Size + (elementBytes * length));
        SharedDataHeader* header = HeaderOf(block);
        header->Magic = SharedDataHeader.ExpectedMagic;
        header->Serial = Interlocked.Increment(ref Header->LastSerial);
        header->Kind = kind;
        header->Length = length;
        header->ElementBytes = elementBytes;
        header->ElementType = elementType;
        header->Holders[WordOf(memory.Own)] = BitOf(memory.Own);
        CrashPoints.Hit(CrashPoint.CountedMade);
        Shared.Store(ref block->Use, HeapBlock.Counted);
        return block;
    }

    /// <summary>Makes this process a holder, once or again. False when there is no such block any more.</summary>
    public bool TryHold(HeapBlock* block, ulong serial)
    {
        Claim();
        memory.EnterAllocation();
        SharedDataHeader* header = HeaderOf(block);
        bool isKept = block->Use == HeapBlock.Kept;
        bool isThere = (block->Use == HeapBlock.Counted && HasHolder(header)) || isKept;
        isThere = isThere && header->Magic == SharedDataHeader.ExpectedMagic && header->Serial == serial;
        if (isThere && !isKept)
        {
            header->Holders[WordOf(memory.Own)] |= BitOf(memory.Own);
            Disown(header);
        }

        memory.ExitAllocation();
        return isThere;
    }

    /// <summary>A reference is on its way: if every holder dies, another keeps the block until somebody has received it.</summary>
    public static void NoteSent(HeapBlock* block) => Interlocked.Increment(ref HeaderOf(block)->InTransit);

    /// <summary>A reference has come. One that is read twice counts twice, but never below nothing.</summary>
    public static void NoteReceived(HeapBlock* block)
    {
        int seen = Volatile.Read(ref HeaderOf(block)->InTransit);
        while (seen > 0 && Interlocked.CompareExchange(ref HeaderOf(block)->InTransit, seen - 1, seen) is var found && found != seen)
        {
            seen = found;
        }
    }

    /// <summary>This process is no holder any more; the last one frees it, or stays one if <paramref name="unlessLast"/> is set.</summary>
    public void LetGo(HeapBlock* block, ulong serial, bool unlessLast = false)
    {
        memory.EnterAllocation();
        bool isLast = false;
        if (block->Use == HeapBlock.Counted && HeaderOf(block)->Serial == serial && !(unlessLast && IsHeldOnlyBy(HeaderOf(block), memory.Own)))
        {
            Leave(HeaderOf(block), memory.Own);
            isLast = !HasHolder(HeaderOf(block));
        }

        memory.ExitAllocation();
        if (isLast)
        {
            FreeCounted(block, serial);
        }
    }

    /// <summary>Walks over all blocks that were ever given out; null at the end. Begins at 0.</summary>
    public HeapBlock* Walk(ref long at) => at < Math.Min(Volatile.Read(ref Header->HeapTop), length) ? Next(ref at) : null;

    /// <summary>Frees all blocks that a thing has kept which is at its end, or that has lost them.</summary>
    /// <param name="home">What they have in <see cref="HeapBlock.Home"/>.</param>
    /// <param name="mask">The bits that count.</param>
    public void Sweep(ulong home, ulong mask)
    {
        long at = 0;
        for (HeapBlock* block = Walk(ref at); block is not null; block = Walk(ref at))
        {
            if (block->Use == HeapBlock.Kept && (block->Home & mask) == home)
            {
                FreeStray(block, home, mask);
            }
        }
    }

    // A dead process: if nobody is left, and it had sent a reference, whoever finds this keeps the block for the receiver.
    private void LeaveDead(HeapBlock* block, uint participant)
    {
        SharedDataHeader* header = HeaderOf(block);
        if ((Volatile.Read(ref header->Holders[WordOf(participant)]) & BitOf(participant)) == 0 && HasHolder(header))
        {
            return;
        }

        memory.EnterAllocation();

        // A later process may be in the slot: then others have buried this one, and the bit is the later one's.
        bool isLast = false;
        ulong serial = header->Serial;
        if (block->Use == HeapBlock.Counted && header->Magic == SharedDataHeader.ExpectedMagic)
        {
            bool isHolder = memory.IsCurrent(participant) && (header->Holders[WordOf(participant)] & BitOf(participant)) != 0;
            if (isHolder)
            {
                Adopt(header, participant);
                Leave(header, participant);
            }

            isLast = !HasHolder(header);
        }

        memory.ExitAllocation();
        if (isLast)
        {
            FreeCounted(block, serial);
        }
    }

    private static void Leave(SharedDataHeader* header, uint participant)
    {
        Volatile.Write(ref header->Holders[WordOf(participant)], header->Holders[WordOf(participant)] & ~BitOf(participant));
        if (header->Adopter == IndexOf(participant) + 1)
        {
            header->Adopter = 0;
        }

        CrashPoints.Hit(CrashPoint.HolderLeft);
    }

    // Before the dead one is taken away: killed in between, there are two holders of whom one is dead.
    private void Adopt(SharedDataHeader* header, uint participant)
    {
        if (Volatile.Read(ref header->InTransit) > 0 && IndexOf(participant) != IndexOf(memory.Own) && IsHeldOnlyBy(header, participant))
        {
            Claim();
            header->Adopter = IndexOf(memory.Own) + 1;
            Volatile.Write(ref header->Holders[WordOf(memory.Own)], header->Holders[WordOf(memory.Own)] | BitOf(memory.Own));
            CrashPoints.Hit(CrashPoint.CountedAdopted);
        }
    }

    // Somebody has received it. The adopter's own hold ends, unless it is that.
    private void Disown(SharedDataHeader* header)
    {
        uint adopter = header->Adopter;
        if (adopter is not 0 and <= ScopeMemory.MostParticipants)
        {
            header->Adopter = 0;
            if (adopter != IndexOf(memory.Own) + 1)
            {
                Volatile.Write(ref header->Holders[WordOf(adopter - 1)], header->Holders[WordOf(adopter - 1)] & ~BitOf(adopter - 1));
            }
        }
    }

    // Nobody can become a holder any more. Killed on the way, whoever buries this process goes on: a block without holders says that it is to be freed.
    private void FreeCounted(HeapBlock* block, ulong serial)
    {
        Claim();
        if (HeaderOf(block)->Kind == ObjectKind.SharedDictionary)
        {
            const ulong SerialBits = ~DictionaryStripe.Marked & ~0xFFUL;
            Sweep((serial << 8) & SerialBits, SerialBits);
        }

        memory.EnterAllocation();
        bool isOurs = block->Use == HeapBlock.Counted && HeaderOf(block)->Serial == serial && !HasHolder(HeaderOf(block));
        if (isOurs)
        {
            HeaderOf(block)->Magic = 0;
            Shared.Store(ref block->Use, UseOf(memory.Own));
            CrashPoints.Hit(CrashPoint.CountedOwned);
        }

        memory.ExitAllocation();
        if (isOurs)
        {
            Free(block);
        }
    }

    private void FreeStray(HeapBlock* block, ulong home, ulong mask)
    {
        memory.EnterAllocation();
        bool isStray = block->Use == HeapBlock.Kept && (block->Home & mask) == home;
        if (isStray)
        {
            Shared.Store(ref block->Use, UseOf(memory.Own));
        }

        memory.ExitAllocation();
        if (isStray)
        {
            CrashPoints.Hit(CrashPoint.StraySwept);
            Free(block);
        }
    }

    private static bool IsHeldOnlyBy(SharedDataHeader* header, uint participant)
    {
        bool isAlone = true;
        for (int word = 0; word < SharedDataHeader.HolderWords; word++)
        {
            isAlone &= header->Holders[word] == (word == WordOf(participant) ? BitOf(participant) : 0);
        }

        return isAlone;
    }

    private static bool HasHolder(SharedDataHeader* header)
    {
        ulong any = 0;
        for (int word = 0; word < SharedDataHeader.HolderWords; word++)
        {
            any |= Volatile.Read(ref header->Holders[word]);
        }

        return any != 0;
    }

    private static uint IndexOf(uint participant) => participant & (ScopeMemory.MostParticipants - 1);

    private static int WordOf(uint participant) => (int)(IndexOf(participant) / 64);

    private static ulong BitOf(uint participant) => 1UL << (int)(IndexOf(participant) % 64);
}

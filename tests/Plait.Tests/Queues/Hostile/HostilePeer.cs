using Plait.Memory;
using Plait.Synchronization.Engine;

namespace Plait.Tests.Queues.Hostile;

/// <summary>
/// Writes nonsense into the memory: single bits, bytes and words, anywhere in what a queue and its surroundings consist of. Two kinds of words are
/// only given values that name nobody who lives: guards, and what says that a single producer or consumer is busy. One that names a living unit is
/// waited for, as it must be.
/// </summary>
internal sealed unsafe class HostilePeer
{
    /// <summary>Participants that are not there any more, and had something of each queue.</summary>
    public const int Dead = 3;

    // A participant of a slot that nobody ever had. The dead ones would do, were not their records changed as well: of a process of another namespace nobody can tell.
    private const uint Nobody = 900 | (5u << 16);

    // A process number larger than any.
    private const uint NoPid = 5_000_000;
    private const int Waiters = 4;
    private const int Objects = 128;

    private readonly HostileMemory _hostile;
    private readonly Prey[] _preys;
    private readonly List<nint> _blocks = [];
    private readonly uint _deadTag;

    public HostilePeer(HostileMemory hostile, Prey[] preys)
    {
        _hostile = hostile;
        _preys = preys;

        // Of a record that was never in use: no generation of it is this one.
        _deadTag = 60_000 | (5u << 16);
    }

    private ScopeMemory Memory => _hostile.Memory;

    /// <summary>Participants are dead that had items in their hands, owned blocks and waited at the queues.</summary>
    public void Bereave()
    {
        for (uint index = 1; index <= Dead; index++)
        {
            Memory.Participant(index)->Occupant = (1UL << 32) | (NoPid + index);
            Memory.Participant(index)->OwnsBlocks = 1;
        }

        Memory.Header->ParticipantTop = Dead + 1;
        foreach (Prey prey in _preys)
        {
            QueueProtocol.Hand(prey.Control, 1)->Got = QueueWork.HandAt(2, prey.Control->Head);
        }

        long at = 0;
        uint owner = 0;
        for (HeapBlock* block = Memory.Heap.Walk(ref at); block is not null; block = Memory.Heap.Walk(ref at))
        {
            _blocks.Add((nint)block);
            if ((block->Use & 3) == HeapBlock.Owned && (block->Item == ItemState.Leased || owner % 3 == 0))
            {
                block->Use = HeapBlock.Owned | ((ulong)Participant((owner % Dead) + 1) << 32);
            }

            owner++;
        }

        Wait();
    }

    /// <summary>The number that the dead one had.</summary>
    public static uint Participant(uint index) => ScopeMemory.ParticipantNumber(index, 1UL << 32);

    /// <summary>Changes something, mostly of that queue.</summary>
    public void Flip(Prey prey, Random random)
    {
        (nint start, int bytes) = Choose(prey, random);
        Write((byte*)start, bytes, random);
        Tame();
    }

    /// <summary>A word that is looked at by operations on the queue, and two values for it: its own, and a hostile one.</summary>
    public (nint Place, uint Own, uint Hostile) Toggle(Prey prey, Random random)
    {
        (nint start, int bytes) = Choose(prey, random);
        while (true)
        {
            uint* place = (uint*)start + random.Next(bytes / sizeof(uint));
            uint own = *place;
            uint hostile = random.Next(3) == 0 ? own ^ (1u << random.Next(32)) : (uint)Value(own, random);
            *place = hostile;
            Tame();
            bool isTame = *place == hostile;
            *place = own;
            Tame();
            if (isTame)
            {
                return ((nint)place, own, hostile);
            }

            (start, bytes) = Choose(prey, random);
        }
    }

    /// <summary>A unit that is dead has the guard of one of the queue's sides, or that of the allocation: who comes takes it over, and repairs.</summary>
    public void DieInside(Prey prey, Random random)
    {
        if (random.Next(30) == 0)
        {
            Memory.Header->AllocationGuard = Nobody + 1;
        }
        else
        {
            uint side = random.Next(3) switch { 0 => prey.Control->Items, 1 => prey.Control->Room, _ => prey.Control->Work };
            Memory.Object(Math.Min(side, Objects - 1))->Guard = _deadTag;
        }
    }

    /// <summary>What names somebody who lives is made to name somebody dead.</summary>
    private void Tame()
    {
        for (uint index = 0; index < Objects; index++)
        {
            if (Memory.Object(index)->Guard != 0)
            {
                Memory.Object(index)->Guard = _deadTag;
            }
        }

        if (Memory.Header->AllocationGuard != 0)
        {
            Memory.Header->AllocationGuard = Nobody + 1;
        }

        foreach (Prey prey in _preys)
        {
            if (prey.Control->PutterBusy != 0)
            {
                prey.Control->Producer = _deadTag;
            }

            if (prey.Control->GetterBusy != 0)
            {
                prey.Control->Consumer = _deadTag;
            }
        }
    }

    // Agents of the dead, in the queue of one object of each queue.
    private void Wait()
    {
        uint top = Memory.Header->AgentTop;
        for (uint waiter = 0; waiter < Waiters; waiter++)
        {
            Prey prey = _preys[(int)waiter * 3];
            uint agent = top + 1 + waiter;
            AgentRecord* record = Memory.Agent(agent);
            record->State = AgentRecord.Live;
            record->Participant = Participant((waiter % Dead) + 1);
            record->WaitObject = prey.Control->Items;
            record->WaitMode = WaitMode.Pass;
            record->WaitTicket = 1;
            record->Park = ParkState.Waiting;
            ObjectRecord* items = Memory.Object(prey.Control->Items);
            items->QueueHead = items->QueueTail = agent;
            items->QueueLength = 1;
            items->NextTicket = 1;
            prey.Control->ItemsWanted = 1;
        }

        Memory.Header->AgentTop = top + Waiters;
    }

    private (nint Start, int Bytes) Choose(Prey prey, Random random)
    {
        QueueControl* control = prey.Control;
        if (random.Next(6) == 0)
        {
            control = _preys[random.Next(_preys.Length)].Control;
        }

        int choice = random.Next(100);
        return choice switch
        {
            < 26 => ((nint)control, QueueControl.Size),
            < 30 => ((nint)QueueProtocol.Hand(control, (uint)random.Next(5)), 16),
            < 48 => Slots(control, random),
            < 72 => (_blocks[random.Next(_blocks.Count)], HeapBlock.Size + 64),
            < 86 => ((nint)Memory.Object(Side(control, random)), ObjectRecord.Size),
            < 93 => ((nint)Memory.Header, 64 + 32 + (8 * 40)),
            < 97 => ((nint)Memory.Agent((uint)random.Next(12)), 112),
            < 98 => ((nint)Memory.Participant((uint)random.Next(5)), 48),
            _ => ((nint)Memory.NameAt((uint)random.Next(_preys.Length)), 32),
        };
    }

    // By the words as they are: they may lead anywhere in the heap.
    private (nint Start, int Bytes) Slots(QueueControl* control, Random random)
    {
        if (!QueueSlots.TryRead(Memory, control->Storage, control->Order, control->SlotBytes, out QueueSlots slots))
        {
            return ((nint)control, QueueControl.Size);
        }

        if (control->Order == QueueOrder.Priority && random.Next(3) == 0)
        {
            long entry = random.NextInt64(Math.Min(slots.Count, 20));
            return ((nint)slots.Start + (nint)((slots.Count * slots.Stride) + (entry * PriorityEntry.Size)), PriorityEntry.Size);
        }

        byte* slot = slots[(control->Head - 4) + (ulong)random.Next(20)];
        return slots.Stride < 8 ? ((nint)slots.Start, (int)Math.Max(8, Math.Min(64, slots.Stride * slots.Count)) & ~7) : ((nint)slot, Math.Min(slots.Stride, 40) & ~7);
    }

    private static uint Side(QueueControl* control, Random random) =>
        Math.Min(random.Next(3) switch { 0 => control->Items, 1 => control->Room, _ => control->Work }, Objects - 1);

    private void Write(byte* start, int bytes, Random random)
    {
        switch (random.Next(8))
        {
            case 0:
                start[random.Next(bytes)] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                start[random.Next(bytes)] = random.Next(3) switch { 0 => 0, 1 => byte.MaxValue, _ => (byte)random.Next(256) };
                break;
            case 2 or 3 or 4:
                uint* word = (uint*)start + random.Next(bytes / sizeof(uint));
                *word = (uint)Value(*word, random);
                break;
            default:
                ulong* both = (ulong*)start + random.Next(bytes / sizeof(ulong));
                *both = Value(*both, random);
                break;
        }
    }

    // What lengths, counts, indices and places are tried with.
    private ulong Value(ulong old, Random random)
    {
        HeapBlock* block = (HeapBlock*)_blocks[random.Next(_blocks.Count)];
        ulong first = Memory.Heap.PlaceOf((HeapBlock*)_hostile.HeapStart);
        return random.Next(20) switch
        {
            0 => 0,
            1 => ulong.MaxValue,
            2 => 1,
            3 => (ulong)random.Next(64),
            4 => (ulong)random.Next(100_000),
            5 => int.MaxValue,
            6 => 1UL << 31,
            7 => 1UL << random.Next(64),
            8 => (1UL << random.Next(64)) - 1,
            9 => old + (ulong)random.Next(1, 40),
            10 => old - (ulong)random.Next(1, 40),
            11 => old ^ (1UL << random.Next(64)),
            12 or 13 => Memory.Heap.PlaceOf(block),
            14 => Memory.Heap.PlaceOf(block) + HeapBlock.Size + (ulong)random.Next(32),
            15 => first + (ulong)Memory.Heap.Capacity - (ulong)random.Next(512),
            16 => ((first + (ulong)Memory.Heap.Capacity - (ulong)random.Next(4096)) & ~31UL) | (uint)random.Next(12),
            17 => _preys[random.Next(_preys.Length)].Index + (ulong)random.Next(3),
            18 => (ulong)random.NextInt64(),
            _ => (ulong)-random.Next(1, 5000),
        };
    }
}

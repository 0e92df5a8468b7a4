using System.Runtime.CompilerServices;
using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>
/// A thread or an async flow of this process, in one memory. Its record is written by the unit itself, but for what the record's
/// description says.
/// </summary>
internal sealed unsafe class Agent
{
    // Where each hold was acquired, beside the record: putting it there costs a call, which is made only before a sleep.
    private readonly SourcePlace[] _places = new SourcePlace[AgentRecord.HoldSlots];

    // A flow may have forks that run at the same time under the same agent.
    private readonly bool _isFlow;
    private int _isWaiting;

    // The epoch of the next hold, see HoldEntry, and with it the slot that the hold goes to: none when that must be searched for, as always
    // for a flow. A thread's holds are entered by the thread alone, so the slot stays free.
    private ulong _next;

    // The same for a flow, where it is only likely: the slot is claimed, and of two forks that read it at once one finds it taken.
    private ulong _likelyNext;
    private uint _lookups;

    // Only where orders of locks are checked, and some are nested.
    private Dictionary<ulong, uint>? _levelClasses;

    [ThreadStatic]
    private static ulong t_taken;

    private ulong _taken;
    private AdaptiveSpin? _spin;

    public Agent(ScopeMemory memory, int threadId, int flowId, string? name = null)
    {
        Memory = memory;
        _isFlow = flowId != 0;
        CountFromTheStart();
        Index = memory.TakeAgent(threadId, flowId, name: name);
        Record = memory.Agent(Index);
        Generation = Record->Generation;
        Tag = memory.TagOf(Index);
    }

    public ScopeMemory Memory { get; }

    public AgentRecord* Record { get; }

    public uint Index { get; }

    public uint Generation { get; }

    /// <summary>What it is called in lock words.</summary>
    public uint Tag { get; }

    public bool IsFlow => _isFlow;

    /// <summary>The number of its unit, see <see cref="Agents.CurrentKey"/>.</summary>
    public ulong Key { get; init; }

    /// <summary>Keeps a flow from being counted as gone while one of its holds is referred to. A thread's end is its own.</summary>
    public UnitAgents? Flow { get; init; }

    /// <summary>How long it looks before it sleeps for something that is not a lock.</summary>
    public AdaptiveSpin Spin => _spin ??= new AdaptiveSpin();

    /// <summary>The wait that is under way asynchronously.</summary>
    public AsyncWait? Wait { get; set; }

    /// <summary>What it gave up of a reentrant lock while it waits for a condition.</summary>
    public int SavedRecursion { get; set; }

    /// <summary>What its wait was cut short by, other than a token.</summary>
    public Exception? Interruption { get; set; }

    /// <summary>The deadlock that its wait was given up for.</summary>
    public DeadlockReport? Report { get; set; }

    /// <summary>The wait, by the record's sequence, that was reported already.</summary>
    public ulong ReportedWait { get; set; } = ulong.MaxValue;

    /// <summary>Numbers its holds from the start: there are none.</summary>
    public void CountFromTheStart()
    {
        _next = _isFlow ? HoldEntry.Elsewhere : 0;
        _likelyNext = 0;
    }

    /// <summary>Now and then: an object that several use in turn is not to be written to each time.</summary>
    public bool IsTimeToBeRemembered() => (++_lookups & 63) == 0;

    /// <summary>The wait, by the record's sequence, whose stack was written down.</summary>
    public ulong StackedWait { get; set; } = ulong.MaxValue;

    /// <summary>The wait, by the record's sequence, in which the search for a deadlock was rehearsed.</summary>
    public ulong RehearsedWait { get; set; } = ulong.MaxValue;

    /// <summary>Claims the record's wait fields; false when a fork of the same flow waits already.</summary>
    public bool TryBeginWait() => !_isFlow || Interlocked.Exchange(ref _isWaiting, 1) == 0;

    /// <summary>Whether it holds nothing and waits for nothing.</summary>
    public bool IsIdle => Record->WaitObject == 0 && Volatile.Read(ref _isWaiting) == 0 && HoldList.Copy(Memory, Record).Length == 0;

    public void EndWait() => Volatile.Write(ref _isWaiting, 0);

    /// <summary>The entry of what it took last under a guard. Taking and entering are one stretch of one thread, but a flow's forks run on several.</summary>
    public ulong Taken
    {
        get => _isFlow ? t_taken : _taken;
        set
        {
            if (_isFlow)
            {
                t_taken = value;
            }
            else
            {
                _taken = value;
            }
        }
    }

    /// <summary>Where the next hold goes; not a slot, when <see cref="Enter"/> has to look for one.</summary>
    public uint FreeSlot => HoldEntry.SlotOfEpoch(_next);

    /// <summary>What tells the hold that goes into <see cref="FreeSlot"/> from all others of this agent.</summary>
    public ulong NextEpoch => _next;

    /// <summary>The same for a hold that <see cref="Push(ulong)"/> enters, wherever there is a slot for it.</summary>
    public ulong FreshEpoch() => FreeSlot < AgentRecord.HoldSlots ? _next : CountOn();

    /// <summary>Sees to it that the next hold finds a slot. Before a guard: it may allocate.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void EnsureSlot()
    {
        if (FreeSlot >= AgentRecord.HoldSlots)
        {
            MakeSlot();
        }
    }

    /// <summary>The class at a level of nesting that a hold was acquired as; 0 for the lock's own. Of threads: by themselves alone.</summary>
    public uint LevelClassOf(ulong entry) => _levelClasses?.GetValueOrDefault(entry) ?? 0;

    public void SetLevelClass(ulong entry, uint number)
    {
        _levelClasses ??= [];
        if (_levelClasses.Count >= AgentRecord.HoldSlots)
        {
            // Of what was released since.
            foreach (ulong old in _levelClasses.Keys.Where(old => !Has(old)).ToArray())
            {
                _levelClasses.Remove(old);
            }
        }

        _levelClasses[entry] = number;
    }

    /// <summary>Where a hold was acquired, as far as it is known; asked by other threads.</summary>
    public SourcePlace PlaceOf(ulong entry)
    {
        for (int i = 0; i < AgentRecord.HoldSlots; i++)
        {
            if (Volatile.Read(ref Record->Holds[i]) == entry)
            {
                return _places[i];
            }
        }

        return SourcePlace.Unknown;
    }

    /// <summary>Enters a hold of a flow where there is likely to be room; null when there is none. For <see cref="Enter"/> to look further.</summary>
    public ulong* TryClaim(uint target, HoldMode mode, SourcePlace site)
    {
        ulong epoch = _likelyNext;
        uint slot = HoldEntry.SlotOfEpoch(epoch);
        if (slot >= AgentRecord.HoldSlots)
        {
            _likelyNext = HoldEntry.NextEpoch(epoch, FindFree());
            return null;
        }

        ulong* place = AgentRecord.HoldSlot(Record, slot);
        bool isMine = Shared.CompareExchange(ref *place, HoldEntry.Make(target, mode, HoldEntry.Claimed(epoch)), 0) == 0;
        _likelyNext = HoldEntry.NextEpoch(epoch, FreeAfter(slot));
        if (isMine)
        {
            Remember(slot, site);
        }

        return isMine ? place : null;
    }

    /// <summary>The free slot has got an entry: where that was acquired, and which slot is free now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Occupied(ulong epoch, uint slot, SourcePlace site)
    {
        _next = HoldEntry.NextEpoch(epoch, FreeAfter(slot));
        Remember(slot, site);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint FreeAfter(uint slot)
    {
        uint next = slot + 1;
        return next < AgentRecord.HoldSlots && *AgentRecord.HoldSlot(Record, next) == 0 ? next : FindFree();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Remember(uint slot, SourcePlace site)
    {
        ref SourcePlace place = ref _places[slot];
        if (place.Line != site.Line || !ReferenceEquals(place.File, site.File))
        {
            // Mostly the same as last time, and a store of a reference is not free.
            place = site;
        }
    }

    /// <summary>Enters a hold under a guard; where it was acquired is told later, by <see cref="Place"/>. There must be a slot: see <see cref="EnsureSlot"/>.</summary>
    public void Push(ulong entry) => Push(entry, SourcePlace.Unknown);

    /// <summary>Enters a hold. There must be a slot: see <see cref="EnsureSlot"/>.</summary>
    public void Push(ulong entry, SourcePlace site)
    {
        uint slot = FreeSlot;
        if (slot >= AgentRecord.HoldSlots)
        {
            PushSlowly(entry, site);
            return;
        }

        Shared.Store(ref Record->Holds[slot], entry);
        Occupied(_next, slot, site);
    }

    /// <summary>Enters a hold with an epoch of its own. There must be a slot: see <see cref="EnsureSlot"/>.</summary>
    /// <returns>Where.</returns>
    public ulong* Enter(uint target, HoldMode mode, SourcePlace site)
    {
        uint free = FreeSlot;
        if (free < AgentRecord.HoldSlots)
        {
            Shared.Store(ref Record->Holds[free], HoldEntry.Make(target, mode, _next));
            Occupied(_next, free, site);
            return &Record->Holds[free];
        }

        ulong epoch = CountOn();
        while (true)
        {
            ulong* slot = FindSlot();
            bool isHere = IsHere(slot, out uint place);
            ulong entry = HoldEntry.Make(target, mode, isHere ? HoldEntry.EpochIn(epoch, place) : epoch);
            if (Shared.CompareExchange(ref *slot, entry, 0) == 0)
            {
                if (isHere)
                {
                    _places[place] = site;
                }

                return slot;
            }
        }
    }

    /// <summary>Tells where a hold was acquired.</summary>
    public void Place(ulong entry, SourcePlace site)
    {
        ulong* slot = HoldList.Find(Memory, Record, entry);
        if (slot is not null && IsHere(slot, out uint place))
        {
            _places[place] = site;
        }
    }

    /// <summary>Takes a hold out, from whatever thread; false when it is not there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Remove(ulong entry)
    {
        uint slot = HoldEntry.Slot(entry);
        ulong* holds = Record->Holds;
        if (slot < AgentRecord.HoldSlots && holds[slot] == entry)
        {
            // The slot is this hold's until it is zero; nobody else writes to it.
            Shared.Store(ref holds[slot], 0);
            return true;
        }

        return Journal.Drop(Memory, Record, entry);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Has(ulong entry) => Journal.Has(Memory, Record, entry);

    /// <summary>Writes down, for others to read, where each of its holds was acquired. Before a sleep.</summary>
    public void PublishPlaces()
    {
        // It is one unit that falls asleep: what it holds elsewhere is to be seen as well.
        Agent?[] all = (Flow ?? Agents.CurrentUnit)?.ByMemory ?? [];
        if (all.Length <= 1)
        {
            PublishOwnPlaces();
            return;
        }

        foreach (Agent? agent in all)
        {
            agent?.PublishOwnPlaces();
        }
    }

    private void PublishOwnPlaces()
    {
        for (int i = 0; i < AgentRecord.HoldSlots; i++)
        {
            (string? file, int line) = _places[i];
            Record->HoldSites[i] = Record->Holds[i] == 0 ? (ushort)0 : (ushort)Memory.SiteNumber(file, line);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void PushSlowly(ulong entry, SourcePlace site)
    {
        while (true)
        {
            ulong* slot = FindSlot();
            if (Shared.CompareExchange(ref *slot, entry, 0) == 0)
            {
                if (IsHere(slot, out uint place))
                {
                    _places[place] = site;
                }

                return;
            }
        }
    }

    // Not on one of the further pages: there no places are kept.
    private bool IsHere(ulong* slot, out uint place)
    {
        long index = slot - Record->Holds;
        place = (uint)index;
        return index is >= 0 and < AgentRecord.HoldSlots;
    }

    private ulong* FindSlot()
    {
        while (true)
        {
            ulong* slot = HoldList.Find(Memory, Record, 0);
            if (slot is not null)
            {
                return slot;
            }

            MakeSlot();
        }
    }

    // An epoch that leaves the slot open.
    private ulong CountOn() => HoldEntry.NotClaimed(HoldEntry.EpochIn(Interlocked.Add(ref _next, HoldEntry.NextEpoch(0, 0)), HoldEntry.Elsewhere));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private uint FindFree()
    {
        for (uint slot = 0; slot < AgentRecord.HoldSlots; slot++)
        {
            if (Record->Holds[slot] == 0)
            {
                return slot;
            }
        }

        return HoldEntry.Elsewhere;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MakeSlot()
    {
        if (!_isFlow)
        {
            uint free = FindFree();
            _next = HoldEntry.EpochIn(_next, free);
            if (free < AgentRecord.HoldSlots)
            {
                return;
            }
        }

        if (HoldList.Find(Memory, Record, 0) is not null)
        {
            return;
        }

        lock (_places)
        {
            AgentRecord* last = Record;
            while (last->MoreHolds != 0)
            {
                last = Memory.Agent(last->MoreHolds);
            }

            Memory.Extend(last);
        }
    }
}

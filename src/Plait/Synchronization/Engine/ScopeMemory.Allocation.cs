using System.Runtime.CompilerServices;
using System.Text;
using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <content>Agents, sites and names: what is taken under the allocation guard.</content>
internal sealed unsafe partial class ScopeMemory
{
    private readonly Lock _allocationGate = new();

    // By the file: few places each.
    private readonly Dictionary<string, Row<KnownSite>> _sites = [];

    /// <summary>A record for a unit of this process.</summary>
    /// <exception cref="ScopeCapacityException">All records are in use.</exception>
    public uint TakeAgent(int threadId, int flowId, string? name = null)
    {
        EnterAllocation();
        try
        {
            uint index = TakeRecord();
            AgentRecord* record = Agent(index);
            record->ThreadId = threadId;
            record->FlowId = flowId;
            if (name is not null)
            {
                Engine.Units.Name(record, name);
            }

            // Publish: pairs with the acquire read of State by whoever walks the records.
            Volatile.Write(ref record->State, AgentRecord.Live);
            CrashPoints.Hit(CrashPoint.AgentPublished);
            return index;
        }
        finally
        {
            ExitAllocation();
        }
    }

    /// <summary>Another record for more holds, behind that one.</summary>
    /// <exception cref="ScopeCapacityException">All records are in use.</exception>
    public void Extend(AgentRecord* last)
    {
        EnterAllocation();
        try
        {
            uint index = TakeRecord();
            Volatile.Write(ref Agent(index)->State, AgentRecord.Extension);

            // Still under the guard: one that nobody leads to is one whose owner died in here.
            Volatile.Write(ref last->MoreHolds, index);
        }
        finally
        {
            ExitAllocation();
        }
    }

    // In state free until the caller says otherwise: killed in here, it is found by that.
    private uint TakeRecord()
    {
        uint index = Header->FreeAgent;
        if (index is not 0 and <= MostAgents && Agent(index)->State == AgentRecord.Free)
        {
            Header->FreeAgent = Agent(index)->NextFree;
        }
        else
        {
            index = Math.Min(Header->AgentTop, MostAgents) + 1;
            if (index > MostAgents)
            {
                throw new ScopeCapacityException($"No more than {MostAgents} threads and async flows can use the locks of one scope at a time.");
            }

            Header->AgentTop = index;
        }

        // All but the state and the generation, which others may be looking at.
        Unsafe.InitBlock((byte*)Agent(index) + sizeof(ulong), 0, AgentRecord.Size - sizeof(ulong));
        Agent(index)->Participant = Own;
        CrashPoints.Hit(CrashPoint.AgentTaken);
        return index;
    }

    // Somebody died in the middle of taking or freeing: the list is made again of all that is free.
    private void RepairAllocation()
    {
        uint top = Math.Min(Header->AgentTop, MostAgents);
        ulong* extensions = stackalloc ulong[(MostAgents + 1) / 64];
        new Span<ulong>(extensions, (MostAgents + 1) / 64).Clear();
        for (uint agent = 1; agent <= top; agent++)
        {
            if (Agent(agent)->State != AgentRecord.Free && Agent(agent)->MoreHolds is var page and <= MostAgents)
            {
                extensions[page / 64] |= 1UL << (int)(page % 64);
            }
        }

        for (uint agent = 1; agent <= top; agent++)
        {
            if (Agent(agent)->State == AgentRecord.Extension && (extensions[agent / 64] & (1UL << (int)(agent % 64))) == 0)
            {
                // Nobody leads to it.
                SetFree(agent);
            }
        }

        Header->FreeAgent = 0;
        for (uint agent = top; agent != 0; agent--)
        {
            if (Agent(agent)->State == AgentRecord.Free)
            {
                Agent(agent)->NextFree = Header->FreeAgent;
                Header->FreeAgent = agent;
            }
        }

        Heap.Repair();
    }

    /// <summary>Gives the record of a unit that is gone back, once. Whoever gets here second is told so.</summary>
    public void FreeAgent(uint index, uint generation)
    {
        EnterAllocation();
        AgentRecord* record = Agent(index);
        if (record->Generation == generation && record->State == AgentRecord.Ended)
        {
            // Its further records first, each unlinked before it is free: killed in between, the next one goes on here.
            for (uint page = record->MoreHolds; page is not 0 and <= MostAgents && Agent(page)->State == AgentRecord.Extension; page = record->MoreHolds)
            {
                Volatile.Write(ref record->MoreHolds, Agent(page)->MoreHolds);
                FreeRecord(page);
            }

            FreeRecord(index);
        }

        ExitAllocation();
    }

    // The next generation begins here, not when it is taken again: whoever still recovers it sees at once that others have.
    private void SetFree(uint index) => Shared.Store(ref *(ulong*)Agent(index), AgentRecord.Free | ((ulong)(Agent(index)->Generation + 1) << 32));

    private void FreeRecord(uint index)
    {
        SetFree(index);
        CrashPoints.Hit(CrashPoint.AgentFreed);
        Agent(index)->NextFree = Header->FreeAgent;
        Header->FreeAgent = index;
    }

    /// <summary>The number of a place in the source; 0 when there is none or the table is full.</summary>
    public uint SiteNumber(string? file, int line)
    {
        if (string.IsNullOrEmpty(file))
        {
            return 0;
        }

        lock (_sites)
        {
            if (_sites.TryGetValue(file, out Row<KnownSite>? known))
            {
                for (int i = 0; i < known.Count; i++)
                {
                    if (known[i].Line == line)
                    {
                        return known[i].Number;
                    }
                }
            }
        }

        byte[] path = Encoding.UTF8.GetBytes(file);
        ReadOnlySpan<byte> end = path.AsSpan(Math.Max(0, path.Length - SiteRecord.PathBytes));
        EnterAllocation();
        uint number = Header->SiteTop + 1;
        if (number >= MostSites)
        {
            number = 0;
        }
        else
        {
            SiteRecord* site = Site(number);
            site->Line = line;
            site->Length = end.Length;
            end.CopyTo(new Span<byte>(site->Path, SiteRecord.PathBytes));
            Volatile.Write(ref Header->SiteTop, number);
        }

        ExitAllocation();
        lock (_sites)
        {
            if (!_sites.TryGetValue(file, out Row<KnownSite>? known))
            {
                _sites[file] = known = new Row<KnownSite>();
            }

            known.Add(new KnownSite(line, number));
        }

        return number;
    }

    /// <summary>A site as people read it: "Bank.cs:88".</summary>
    public string DescribeSite(uint number)
    {
        if (number == 0 || number >= MostSites || number > Volatile.Read(ref Header->SiteTop))
        {
            return "an unknown place";
        }

        SiteRecord* site = Site(number);
        string path = Encoding.UTF8.GetString(site->Path, Math.Clamp(site->Length, 0, SiteRecord.PathBytes));
        return $"{Path.GetFileName(path)}:{site->Line}";
    }

    /// <summary>The object that has the name in the scope, made by <paramref name="make"/> when there is none.</summary>
    /// <exception cref="ArgumentException">The name is empty, too long, or another kind's.</exception>
    public uint Named(uint scope, string name, ObjectKind kind, Func<uint> make)
    {
        byte[] text = Encoding.UTF8.GetBytes(name);
        if (text.Length is 0 or > NameRecord.NameBytes)
        {
            throw new ArgumentException($"A name has 1 to {NameRecord.NameBytes} bytes of UTF-8; '{name}' has {text.Length}.", nameof(name));
        }

        uint index = Find(scope, text);
        if (index == 0)
        {
            // Made before it is known: whoever finds the name finds it complete.
            uint made = make();
            EnterAllocation();
            index = Find(scope, text);
            if (index == 0)
            {
                uint place = Header->NameTop;
                if (place >= MostNames)
                {
                    ExitAllocation();
                    throw new ScopeCapacityException($"The scope has no room for another name: it has {MostNames}.");
                }

                NameRecord* record = NameAt(place);
                record->Scope = scope;
                record->Length = text.Length;
                text.CopyTo(new Span<byte>(record->Name, NameRecord.NameBytes));
                Object(made)->NameEntry = place + 1;

                // Publish: pairs with the acquire read in Find.
                Volatile.Write(ref record->Object, made);
                Volatile.Write(ref Header->NameTop, place + 1);
                index = made;
            }

            ExitAllocation();
            if (index != made)
            {
                Free(made);
            }
        }

        ObjectKind found = Object(index)->Kind;
        return found == kind ? index : throw new ArgumentException($"The name '{name}' belongs to a {Describe(found)} of this scope; a {Describe(kind)} needs another.", nameof(name));
    }

    /// <summary>Its name, or its kind and number.</summary>
    public string DescribeObject(uint index)
    {
        ObjectRecord* record = Object(index);
        if (record->Kind == ObjectKind.Unit)
        {
            return (IsObserved ? null : UnitEnd.NameOf(index) ?? TaskEnd.Describe(index)) ?? (record->Count == 0 ? "of an executor" : DescribeThread(record->Count));
        }

        if (record->Kind is ObjectKind.QueueRoom or ObjectKind.QueueWork && Object(record->Partner)->Kind == ObjectKind.QueueItems)
        {
            // Not by the partner's kind again, which may have become another.
            index = record->Partner;
            record = Object(index);
        }

        uint entry = record->NameEntry;
        if (entry == 0 || entry > MostNames)
        {
            return $"{Describe(record->Kind)} #{index}";
        }

        NameRecord* name = NameAt(entry - 1);
        return Encoding.UTF8.GetString(name->Name, Math.Clamp(name->Length, 0, NameRecord.NameBytes));
    }

    // By its record, if it has one here, else by its number.
    private string DescribeThread(int threadId)
    {
        uint top = Math.Min(Volatile.Read(ref Header->AgentTop), MostAgents);
        for (uint agent = 1; agent <= top; agent++)
        {
            if (Agent(agent)->ThreadId == threadId && Agent(agent)->State == AgentRecord.Live && Engine.Units.Describe(this, agent).ThreadName is { } name)
            {
                return name;
            }
        }

        return threadId.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    public static string Describe(ObjectKind kind) => kind switch
    {
        ObjectKind.ReentrantLock => "reentrant lock",
        ObjectKind.ReaderWriterLock => "reader-writer lock",
        ObjectKind.Once => "once",
        ObjectKind.Unit => "thread",
        ObjectKind.QueueItems => "queue",
        ObjectKind.QueueRoom => "room in a queue",
        ObjectKind.QueueWork => "work of a queue",
        ObjectKind.SharedValue => "shared value",
        ObjectKind.SharedArray => "shared array",
        ObjectKind.SharedMemory => "shared memory block",
        ObjectKind.SharedDictionary => "shared dictionary",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private uint Find(uint scope, ReadOnlySpan<byte> name)
    {
        uint top = Volatile.Read(ref Header->NameTop);
        for (uint i = 0; i < Math.Min(top, MostNames); i++)
        {
            NameRecord* record = NameAt(i);
            uint target = Volatile.Read(ref record->Object);
            if (target != 0 && record->Scope == scope && new ReadOnlySpan<byte>(record->Name, Math.Clamp(record->Length, 0, NameRecord.NameBytes)).SequenceEqual(name))
            {
                return target;
            }
        }

        return 0;
    }

    // One process at a time, and of it one thread. Sites and names are published by one store each; who takes the guard over from the dead
    // repairs the rest.
    public void EnterAllocation()
    {
        _allocationGate.Enter();
        uint mine = Own + 1;
        for (int tries = 0; ; tries++)
        {
            uint holder = Interlocked.CompareExchange(ref Header->AllocationGuard, mine, 0);
            if (holder == 0)
            {
                return;
            }

            if (tries < 40)
            {
                Thread.Yield();
                continue;
            }

            if (tries % 8 == 0 && !Liveness.IsAlive(holder - 1)
                && Interlocked.CompareExchange(ref Header->AllocationGuard, mine, holder) == holder)
            {
                RepairAllocation();
                return;
            }

            // As in a guard: nobody wakes us.
            _ = Shared.Sleep(&Header->AllocationGuard, holder, Shared.Now + Guard.NapOf(tries - 40), IsShared);
        }
    }

    public void ExitAllocation()
    {
        Volatile.Write(ref Header->AllocationGuard, 0);
        _allocationGate.Exit();
    }

    private readonly record struct KnownSite(int Line, uint Number);
}

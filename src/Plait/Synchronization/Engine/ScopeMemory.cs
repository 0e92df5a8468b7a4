using System.Runtime.CompilerServices;
using Plait.Interop;
using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>
/// The memory that primitives lie in: private to this process, or an arena that processes share. Its parts, in this order: header,
/// participants, agents, sites, names, orders, stacks, objects, heap. Specification: docs/design/locks.md.
/// </summary>
internal sealed unsafe partial class ScopeMemory
{
    public const int MostParticipants = 1024;
    public const int MostAgents = 65_535;
    public const int MostSites = 8192;
    public const int MostNames = 65_536;

    /// <summary>What the memory of a process's own thread scopes is called in /proc/PID/fd, and that of a program and its children.</summary>
    public const string OwnName = "plait-threads";
    public const string TreeName = "plait-scope";

    private const long ParticipantsOffset = ScopeHeader.Size;
    private const long AgentsOffset = ParticipantsOffset + ((long)MostParticipants * ParticipantRecord.Size);
    private const long SitesOffset = AgentsOffset + ((MostAgents + 1L) * AgentRecord.Size);
    private const long NamesOffset = SitesOffset + ((long)MostSites * SiteRecord.Size);
    private const long OrderClassesOffset = NamesOffset + ((long)MostNames * NameRecord.Size);
    private const long OrderEdgesOffset = OrderClassesOffset + ((long)MostOrderClasses * OrderClassRecord.Size);
    private const long StacksOffset = OrderEdgesOffset + ((long)MostOrderEdges * OrderEdgeRecord.Size);
    private const long ObjectsOffset = StacksOffset + ((long)MostStacks * StackRecord.Size);

    // Tried in turn where the address space is limited.
    private static readonly long[] PrivateCapacities = [16L << 30, 1L << 30, 64L << 20];

    private static readonly Lock CreationGate = new();
    private static int s_lastOrdinal = -1;
    private static ScopeMemory? s_private;
    private static ScopeMemory[] s_inUse = [];

    // Keeps the mapping; null for memory that nobody else can look at, which stays as long as the process.
    private readonly Arena? _arena;
    private readonly byte* _base;

    private ScopeMemory(byte* start, long capacity, Arena? arena, bool isShared, Descriptor? file = null, bool isObserved = false)
    {
        if (isShared && !isObserved)
        {
            StoppedProcess.CountMemory();
        }

        LockFile = file;
        IsShared = isShared;
        IsObserved = isObserved;
        _base = start;
        _header = (ScopeHeader*)start;
        _arena = arena;
        Ordinal = isObserved ? int.MaxValue : Interlocked.Increment(ref s_lastOrdinal);
        long objects = (capacity - ObjectsOffset) / 4 & ~4095L;
        ObjectCapacity = (uint)Math.Min(objects / ObjectRecord.Size, uint.MaxValue / 2);
        Heap = new SharedHeap(this, start + ObjectsOffset + objects, ObjectsOffset + objects, (capacity - ObjectsOffset - objects) & ~4095L);
        Liveness = new Liveness(this);
        Own = isObserved ? uint.MaxValue : Join();
        Dispatcher = new Dispatcher(this);
        if (isObserved)
        {
            ProcessAgent = null!;
            return;
        }

        // At once: when somebody has to be recovered there may be no record left.
        ProcessAgent = new UnitAgents(UnitIdentity.WholeProcess, thread: null).In(this);
        if ((Own & (MostParticipants - 1)) >= MostParticipants / 2)
        {
            // The low slots come first. So before they are all taken it is seen who of them is dead, by somebody who is one of them.
            Liveness.SweepAll();
        }
    }

    /// <summary>The memory of all thread scopes of this process.</summary>
    public static ScopeMemory Private
    {
        get
        {
            if (Volatile.Read(ref s_private) is { } memory)
            {
                return memory;
            }

            lock (CreationGate)
            {
                return s_private ??= CreateOwn();
            }
        }
    }

    /// <summary>The memories that the scopes of this process lie in.</summary>
    public static ScopeMemory[] InUse => Volatile.Read(ref s_inUse);

    /// <summary>Whether other processes use it as well.</summary>
    public bool IsShared { get; }

    /// <summary>Whether it is only looked at from outside: nothing may be written to it, and this process is none of its participants.</summary>
    public bool IsObserved { get; }

    /// <summary>Its place among the memories of this process: where an agent keeps its record of it.</summary>
    public int Ordinal { get; }

    public uint ObjectCapacity { get; }

    public ScopeHeader* Header => (ScopeHeader*)_base;

    /// <summary>Blocks for what is larger than a record.</summary>
    public SharedHeap Heap { get; }

    /// <summary>Whether pages can go back to the system: not those of a file, which are reserved once and for all.</summary>
    public bool CanDiscard => _arena is not null && LockFile is null && !IsObserved;

    public Liveness Liveness { get; }

    public Dispatcher Dispatcher { get; }

    /// <summary>The file that the memory is, if it has a name: each participant keeps a byte of it locked, which works across pid namespaces.</summary>
    public Descriptor? LockFile { get; }

    public LocalUnits Units { get; } = new();

    /// <summary>Holds what was handed over: the process as a whole. It never waits. Recovery and releases use it where the calling thread has no record of its own.</summary>
    public Agent ProcessAgent { get; }

    /// <summary>What agents of this process have in <see cref="AgentRecord.Participant"/>.</summary>
    public uint Own { get; }

    /// <summary>The agent index 0 stands for nobody.</summary>
    public AgentRecord* Agent(uint index) => (AgentRecord*)(_base + AgentsOffset) + Math.Min(index, (uint)MostAgents);

    public ParticipantRecord* Participant(uint participant) => (ParticipantRecord*)(_base + ParticipantsOffset) + (participant & (MostParticipants - 1));

    public SiteRecord* Site(uint index) => (SiteRecord*)(_base + SitesOffset) + Math.Min(index, MostSites - 1u);

    public NameRecord* NameAt(uint index) => (NameRecord*)(_base + NamesOffset) + Math.Min(index, MostNames - 1u);

    /// <summary>The object index 0 stands for none.</summary>
    public ObjectRecord* Object(uint index) => (ObjectRecord*)(_base + ObjectsOffset) + Math.Min(index, ObjectCapacity - 1);

    public uint IndexOf(ObjectRecord* target) => (uint)(target - (ObjectRecord*)(_base + ObjectsOffset));

    /// <summary>A private memory of its own, for tests that try schedules. It stays as long as the process.</summary>
    public static ScopeMemory CreatePrivate()
    {
        foreach (long capacity in PrivateCapacities)
        {
            byte* start = MemoryFile.TryMapPrivate(capacity);
            if (start is not null)
            {
                var header = (ScopeHeader*)start;
                header->Magic = ScopeHeader.ExpectedMagic;
                return new ScopeMemory(start, capacity, arena: null, isShared: false);
            }
        }

        throw new OutOfMemoryException("No address space for locks: even 64 MiB could not be mapped. Raise the limit on virtual memory (ulimit -v).");
    }

    // In a memfd, though nobody else uses it: so that a deadlock of threads can be seen from outside of the process.
    private static ScopeMemory CreateOwn()
    {
        Arena arena;
        try
        {
            arena = Arena.Create(OwnName, slots: 0);
        }
        catch (Exception error) when (error is OutOfMemoryException or SystemCallException)
        {
            // No descriptor, or no room for a file of that size: the locks work all the same.
            return KeepInUse(CreatePrivate());
        }

        ((ScopeHeader*)(arena.Address + arena.DataOffset))->Magic = ScopeHeader.ExpectedMagic;
        return KeepInUse(new ScopeMemory(arena.Address + arena.DataOffset, arena.Capacity - arena.DataOffset, arena, isShared: false));
    }

    /// <summary>Makes it one of <see cref="InUse"/>: its arena stays mapped as long as the process.</summary>
    public static ScopeMemory KeepInUse(ScopeMemory memory)
    {
        ScopeMemory[] seen;
        do
        {
            seen = InUse;
        }
        while (Interlocked.CompareExchange(ref s_inUse, [.. seen, memory], seen) != seen);
        return memory;
    }

    /// <summary>A memory of other processes, mapped to be read only; null when nobody has made a scope in it yet.</summary>
    /// <exception cref="InvalidDataException">It holds something else.</exception>
    public static ScopeMemory? Observe(Arena arena, bool isShared, Descriptor? file)
    {
        byte* start = arena.Address + arena.DataOffset;
        ulong magic = arena.Capacity - arena.DataOffset > ObjectsOffset ? Volatile.Read(ref ((ScopeHeader*)start)->Magic) : 0;
        return magic == 0 ? null : magic == ScopeHeader.ExpectedMagic
            ? new ScopeMemory(start, arena.Capacity - arena.DataOffset, arena, isShared, file, isObserved: true)
            : throw new InvalidDataException($"The memory holds no scope: its magic is {magic:x16}.");
    }

    /// <summary>Ends the look at an observed memory.</summary>
    public void EndObservation()
    {
        if (IsObserved)
        {
            _arena!.Dispose();
        }
    }

    /// <summary>Takes an arena into use: the first to do so prepares it. What is to be seen in <see cref="InUse"/> must be kept, by <see cref="KeepInUse"/>.</summary>
    /// <exception cref="InvalidDataException">It holds something else.</exception>
    public static ScopeMemory Use(Arena arena, Descriptor? file = null)
    {
        byte* start = arena.Address + arena.DataOffset;
        var header = (ScopeHeader*)start;

        // Everything but the magic number starts as zeros, so preparing twice at once does no harm.
        ulong magic = Volatile.Read(ref header->Magic);
        if (magic == 0)
        {
            Volatile.Write(ref header->Magic, ScopeHeader.ExpectedMagic);
        }
        else if (magic != ScopeHeader.ExpectedMagic)
        {
            throw new InvalidDataException($"The arena holds no scope: its magic is {magic:x16}.");
        }

        return new ScopeMemory(start, arena.Capacity - arena.DataOffset, arena, isShared: true, file);
    }

    /// <summary>A new object, all zeros but for its kind.</summary>
    /// <exception cref="ScopeCapacityException">There is no room.</exception>
    public uint Allocate(ObjectKind kind)
    {
        EnterAllocation();
        try
        {
            uint index = IsShared ? 0 : Header->FreeObject;
            if (index != 0)
            {
                Header->FreeObject = Object(index)->Partner;
                Object(index)->Partner = 0;
            }
            else
            {
                uint top = Header->ObjectTop;
                index = top + 1;
                if (top >= ObjectCapacity - 1)
                {
                    throw new ScopeCapacityException($"The scope has no room for another primitive: it has {top} of {ObjectCapacity - 1}. Dispose what is no longer used.");
                }

                Header->ObjectTop = index;
            }

            CrashPoints.Hit(CrashPoint.ObjectTaken);

            Object(index)->Kind = kind;
            return index;
        }
        finally
        {
            ExitAllocation();
        }
    }

    /// <summary>Gives an object back. Of private memory only: in a shared one another process may be about to touch it.</summary>
    public void Free(uint index)
    {
        if (IsShared)
        {
            return;
        }

        EnterAllocation();
        *Object(index) = default;
        Object(index)->Partner = Header->FreeObject;
        Header->FreeObject = index;
        ExitAllocation();
    }

    /// <summary>The words of a queue, by one of its objects; null when they are damaged.</summary>
    public QueueControl* Queue(ObjectRecord* target) => QueueAt(target->Content);

    /// <summary>Bytes of the hands behind the words of a queue.</summary>
    public long HandBytes => IsShared ? (long)MostParticipants * QueueHand.Size : 0;

    /// <summary>Makes a new queue known to whoever buries the dead.</summary>
    public void AddQueue(QueueControl* control, ulong place)
    {
        EnterAllocation();
        control->Older = Header->NewestQueue;
        Volatile.Write(ref Header->NewestQueue, place);
        ExitAllocation();
    }

    /// <summary>The words of a queue at a place that somebody wrote down; null when there are none.</summary>
    public QueueControl* QueueAt(ulong place)
    {
        // The hands behind them as well, whatever the block says of its size.
        HeapBlock* block = Heap.At(place);
        if (block is null || Heap.Range(place, HeapBlock.Size + QueueControl.Size + HandBytes) is null)
        {
            return null;
        }

        var control = (QueueControl*)SharedHeap.Data(block);
        return control->Magic == QueueControl.ExpectedMagic ? control : null;
    }

    /// <summary>Whole pages of the range go back to the system, and read as zero from now on.</summary>
    public void Discard(byte* from, long bytes) => _arena!.Discard(from - _arena.Address, bytes);

    /// <summary>The tag of the agent that has the record now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint TagOf(uint agent) => agent | ((Agent(agent)->Generation & 0x7FFF) << 16);
}

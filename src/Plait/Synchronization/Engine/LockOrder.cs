using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>
/// The checking of lock orders, after Linux's lockdep: whenever a unit acquires a lock while it holds others, the order of their classes is noted, once a
/// pair. An order that closes a circle with those that were noted before is an inversion. Off, it costs a test of a constant.
/// </summary>
/// <remarks>
/// Orders within one memory are noted there, so all processes see them. Those between two memories, and a copy of all others, are noted in
/// the process's own memory. A wait that will end by itself adds no order, nor does a try; what was acquired so counts as held. Readers count as
/// writers, for they queue behind writers. Of an async flow what its branch acquired counts, see <see cref="FlowHold"/>.
/// </remarks>
internal static unsafe class LockOrder
{
    private const string SwitchName = "Plait.LockOrder";
    private const string VariableName = "PLAIT_LOCK_ORDER";

    /// <summary>Whether orders are checked in this process. Decided when the first lock is made.</summary>
    public static readonly bool IsOn;

    // Pairs that were noted: not looked at again.
    private static readonly ConcurrentDictionary<(int, uint, int, uint), bool> Known = new();
    private static readonly ConcurrentDictionary<(int, uint), uint> Imported = new();

    [ThreadStatic]
    private static int t_level;

    // Not a field initializer: it must not run before somebody asks.
#pragma warning disable CA1810
    static LockOrder() => IsOn = LockOrderChoice.Requested ?? Decide();
#pragma warning restore CA1810

    /// <summary>The level of nesting of what the calling thread acquires next.</summary>
    public static int Level
    {
        get => t_level;
        set => t_level = value;
    }

    /// <summary>The class of a new lock.</summary>
    /// <param name="memory">Where it lies.</param>
    /// <param name="scope">Its scope.</param>
    /// <param name="given">What the options say; null for nothing.</param>
    /// <param name="name">Its name; null for none.</param>
    /// <param name="site">Where it is made.</param>
    public static uint ClassOf(ScopeMemory memory, uint scope, string? given, string? name, SourcePlace site) =>
        given is not null ? memory.OrderClass(given, 0, 0)
        : name is not null ? memory.OrderClass(name, scope, 0)
        : string.IsNullOrEmpty(site.File) ? 0
        : memory.OrderClass(WaitText.Describe(site), 0, 0);

    /// <summary>The agent is about to acquire, and to wait if it must. What is returned, for a flow, is told what it acquired.</summary>
    public static FlowHold? Check(Synchronizer wanted, Agent agent, SourcePlace site)
    {
        uint wantedClass = ClassOf(wanted, agent);
        if (wantedClass == 0)
        {
            return null;
        }

        if (!agent.IsFlow)
        {
            CheckThread(wanted.Memory, wantedClass, agent, site);
            return null;
        }

        for (FlowHold? held = FlowHold.Innermost; held is not null; held = held.Outer)
        {
            if (held.IsHeld && held.IsOfCaller && IsNew(held.Memory, held.OrderClass, wanted.Memory, wantedClass))
            {
                Note(held.Memory, held.OrderClass, held.Site, wanted.Memory, wantedClass, site, agent);
            }
        }

        return new FlowHold(wanted.Memory, wantedClass, site);
    }

    /// <summary>A flow is about to acquire in a way that adds no order, but counts as held afterwards.</summary>
    public static FlowHold? Expect(Synchronizer wanted, Agent agent, SourcePlace site) =>
        agent.IsFlow && ClassOf(wanted, agent) is var wantedClass and not 0 ? new FlowHold(wanted.Memory, wantedClass, site) : null;

    /// <summary>What was acquired at a level counts as held at that level.</summary>
    public static void Remember(Hold hold, int level)
    {
        if (hold is { Target: OwnedLock target, Agent: { IsFlow: false } agent } && target.Record->OrderClass != 0)
        {
            agent.SetLevelClass(hold.Entry, target.Memory.AtLevel(target.Record->OrderClass, level));
        }
    }

    // 0: it is not checked.
    private static uint ClassOf(Synchronizer wanted, Agent agent)
    {
        uint wantedClass = wanted.Record->OrderClass;
        return wantedClass == 0 || (wanted.Record->Kind == ObjectKind.ReentrantLock && IsOwner(wanted.Record, agent)) ? 0
            : Level == 0 ? wantedClass
            : wanted.Memory.AtLevel(wantedClass, Level);
    }

    private static void CheckThread(ScopeMemory memory, uint wantedClass, Agent agent, SourcePlace site)
    {
        foreach (Agent? other in Agents.CurrentUnit?.ByMemory ?? [])
        {
            if (other is null)
            {
                continue;
            }

            foreach ((ulong entry, _) in HoldList.Copy(other.Memory, other.Record))
            {
                ObjectRecord* held = other.Memory.Object(HoldEntry.Object(entry));
                uint heldClass = other.LevelClassOf(entry) is var nested and not 0 ? nested : held->OrderClass;
                bool isHeld = held->Kind is ObjectKind.ReaderWriterLock || IsOwner(held, other);
                if (heldClass != 0 && isHeld && IsNew(other.Memory, heldClass, memory, wantedClass))
                {
                    Note(other.Memory, heldClass, other.PlaceOf(entry), memory, wantedClass, site, agent);
                }
            }
        }
    }

    private static bool IsNew(ScopeMemory heldMemory, uint heldClass, ScopeMemory memory, uint wantedClass) =>
        Known.TryAdd((heldMemory.Ordinal, heldClass, memory.Ordinal, wantedClass), value: true);

    private static void Note(ScopeMemory heldMemory, uint heldClass, SourcePlace heldAt, ScopeMemory memory, uint wantedClass, SourcePlace site, Agent agent)
    {
        ScopeMemory own = ScopeMemory.Private;
        OrderInversion? found = heldMemory == memory ? memory.AddOrder(heldClass, wantedClass, heldAt, site, agent, isOnlyMixed: false) : null;
        if (memory != own || heldMemory != own)
        {
            OrderInversion? mixed = own.AddOrder(Import(heldMemory, heldClass), Import(memory, wantedClass), heldAt, site, agent, isOnlyMixed: true);
            found ??= mixed;
        }

        if (found is not null)
        {
            DeadlockDetection.Raise(found);
        }
    }

    // The same class, as the process's own memory knows it.
    private static uint Import(ScopeMemory memory, uint number) => memory == ScopeMemory.Private
        ? number
        : Imported.GetOrAdd((memory.Ordinal, number), static (key, memory) =>
        {
            OrderClassRecord* record = memory.ClassRecord(key.Item2);
            return ScopeMemory.Private.OrderClass(memory.ClassText(key.Item2), (record->Owner & 0xFF_FFFF) | ((uint)(memory.Ordinal + 1) << 24), record->Level);
        }, memory);

    private static bool IsOwner(ObjectRecord* target, Agent agent) => (Volatile.Read(ref target->State) & ~ObjectRecord.WaitersBit) == agent.Tag;

    private static bool Decide()
    {
        if (AppContext.TryGetSwitch(SwitchName, out bool isOn))
        {
            return isOn;
        }

        return Environment.GetEnvironmentVariable(VariableName) switch
        {
            "1" or "true" => true,
            "0" or "false" => false,
            _ => Assembly.GetEntryAssembly()?.GetCustomAttribute<DebuggableAttribute>() is { IsJITOptimizerDisabled: true },
        };
    }
}

/// <summary>What the program asked for before the first lock was made.</summary>
internal static class LockOrderChoice
{
    public static bool? Requested { get; set; }
}

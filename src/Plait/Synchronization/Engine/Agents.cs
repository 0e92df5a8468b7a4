using System.Runtime.CompilerServices;
using Plait.Interop;

namespace Plait.Synchronization.Engine;

/// <summary>
/// Finds the calling unit's agent. Inside an async flow that has acquired something asynchronously it is the flow's, else the
/// thread's own. A flow's forks (tasks that it starts and does not await at once) share its agent until they acquire at the same time.
/// On the thread of an event loop it is that of the coroutine whose turn it is, whatever flow that was started in.
/// </summary>
internal static unsafe class Agents
{
    private static readonly AsyncLocal<UnitAgents?> Flow = new(static change =>
    {
        UnitAgents? unit = change.CurrentValue ?? t_thread;
        t_current = unit;
        t_last = null;
        t_key = t_takesTurns ? NoKey : unit?.Key ?? 0;
    });

    // That of no unit.
    private const ulong NoKey = ulong.MaxValue;

    // Whether units take turns on this thread: then nothing of the above is remembered, for who calls is another from one step to the next.
    [ThreadStatic]
    private static bool t_takesTurns;

    // The agent found last on this thread: one of t_current's.
    [ThreadStatic]
    private static Agent? t_last;

    // The number of t_current: enough to tell whether an agent is its, and quicker to read.
    [ThreadStatic]
    private static ulong t_key;

    // Of the flow that runs on this thread, or else of the thread: kept up by the notification above.
    [ThreadStatic]
    private static UnitAgents? t_current;

    [ThreadStatic]
    private static UnitAgents? t_thread;

    private static int s_lastFlow;

    /// <summary>The number of the unit that calls; 0 before it used a scope.</summary>
    public static ulong CurrentKey
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => t_key;
    }

    /// <summary>The unit that calls; null before it used a scope.</summary>
    public static UnitAgents? CurrentUnit => Turn is { } turn ? UnitOf(turn.Taker) : t_current;

    /// <summary>The turn in which this thread is; null for none.</summary>
    public static ITurn? Turn => t_takesTurns ? SynchronizationContext.Current as ITurn : null;

    /// <summary>Whether a unit calls that goes on in turns: what it awaits inside here is to come back to it, and not to just any thread.</summary>
    public static bool HasTurn => Turn is not null;

    /// <summary>From now on units take turns on this thread.</summary>
    public static void BeginTurns() => (t_takesTurns, t_last, t_key) = (true, null, NoKey);

    /// <summary>The thread is its own again.</summary>
    public static void EndTurns() => (t_takesTurns, t_last, t_key) = (false, null, t_current?.Key ?? 0);

    /// <summary>Whoever calls.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Agent Current(ScopeMemory memory)
    {
        Agent? last = t_last;
        return last is not null && ReferenceEquals(last.Memory, memory) ? last : Find(memory);
    }

    /// <summary>Whoever calls, if it has a record already, else its process. For what must not fail because there is no record left.</summary>
    public static Agent CurrentOrProcess(ScopeMemory memory)
    {
        Agent?[] agents = CurrentUnit?.ByMemory ?? [];
        return memory.Ordinal < agents.Length && agents[memory.Ordinal] is { } agent ? agent : memory.ProcessAgent;
    }

    /// <summary>Whoever calls, as a flow: what it acquires stays its own across awaits.</summary>
    public static Agent CurrentFlow(ScopeMemory memory)
    {
        if (t_current is not { IsFlow: true } && !HasTurn)
        {
            Flow.Value = NewFlow(null);
        }

        return Current(memory);
    }

    /// <summary>A flow's agent is waiting already: the caller is a fork of it, and gets an agent of its own.</summary>
    public static Agent Fork(ScopeMemory memory)
    {
        Flow.Value = NewFlow(Turn?.Taker);
        return Current(memory);
    }

    /// <summary>Whether the unit of this process that has the record still exists.</summary>
    public static bool IsAlive(ScopeMemory memory, uint agent) => memory.Units.IsAlive(agent);

    /// <summary>The calling thread is a unit of its own, whatever flow it was started in.</summary>
    public static void LeaveFlow()
    {
        Flow.Value = null;
        FlowHold.Leave();
    }

    /// <summary>The calling thread is about to end: what it still holds is abandoned now.</summary>
    public static void EndThread()
    {
        t_thread?.End();
        t_thread = null;
        t_current = null;
        t_last = null;
        t_key = t_takesTurns ? NoKey : 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Agent Find(ScopeMemory memory)
    {
        if (Turn is { Taker: var taker })
        {
            return (UnitOf(taker) ?? (taker.Unit = NewFlow(taker))).In(memory);
        }

        UnitAgents unit = t_current ??= t_thread ??= new UnitAgents(flowId: 0, Thread.CurrentThread);
        if (t_takesTurns)
        {
            return unit.In(memory);
        }

        t_key = unit.Key;
        return t_last = unit.In(memory);
    }

    // A branch of it that had to become a unit of its own has said so in its flow.
    private static UnitAgents? UnitOf(ITurnTaker taker) => t_current is { } flow && flow.Taker == taker ? flow : taker.Unit;

    private static UnitAgents NewFlow(ITurnTaker? taker) => new(Interlocked.Increment(ref s_lastFlow), thread: null, taker);
}

/// <summary>One unit's agents, one in each memory that it uses. When nobody refers to it any more, neither a thread nor a flow nor a hold, its agents end.</summary>
internal sealed class UnitAgents(int flowId, Thread? thread, ITurnTaker? taker = null)
{
    private static ulong s_lastKey;

    private readonly Lock _gate = new();

    /// <summary>Never that of another unit.</summary>
    public ulong Key { get; } = Interlocked.Increment(ref s_lastKey);

    /// <summary>By the memory's ordinal.</summary>
    public Agent?[] ByMemory { get; private set; } = [];

    public bool IsFlow => flowId != 0;

    /// <summary>The coroutine that it is, or a branch of; null for a thread and for any other flow.</summary>
    public ITurnTaker? Taker => taker;

    ~UnitAgents() => End();

    /// <summary>Its agent in that memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Agent In(ScopeMemory memory)
    {
        Agent?[] agents = ByMemory;
        int ordinal = memory.Ordinal;
        return (uint)ordinal < (uint)agents.Length && agents[ordinal] is { } agent ? agent : Enter(memory);
    }

    /// <summary>What it blocks its thread for, in words; null for nothing. From any thread: a moment's truth.</summary>
    public unsafe string? BlockingText()
    {
        foreach (Agent? agent in ByMemory)
        {
            if (agent is not null && agent.Record->IsAsync == 0 && WaitGraph.TryRead(agent.Memory, agent.Index, out Wait wait))
            {
                return Engine.WaitText.Describe(wait);
            }
        }

        return null;
    }

    /// <summary>It will not acquire any more. Where nothing is left that may still be released it ends at once, else when nobody refers to it.</summary>
    public void EndIfIdle()
    {
        foreach (Agent? agent in ByMemory)
        {
            if (agent is not null && !agent.IsIdle)
            {
                return;
            }
        }

        End();
    }

    private Agent Enter(ScopeMemory memory)
    {
        lock (_gate)
        {
            if (memory.Ordinal < ByMemory.Length && ByMemory[memory.Ordinal] is { } known)
            {
                return known;
            }

            Agent?[] grown = new Agent?[Math.Max(ByMemory.Length, memory.Ordinal + 1)];
            ByMemory.CopyTo(grown, 0);
            var agent = new Agent(memory, thread is null ? 0 : ProcessCalls.CurrentTid, flowId, thread?.Name ?? taker?.Name) { Key = Key, Flow = IsFlow ? this : null };
            memory.Units.Add(agent, thread, this);
            grown[memory.Ordinal] = agent;
            ByMemory = grown;
            return agent;
        }
    }

    // Not Dispose: nobody owns one, and the finalizer does the same.
#pragma warning disable CA1816
    public void End()
    {
        GC.SuppressFinalize(this);
#pragma warning restore CA1816
        Agent?[] agents;
        lock (_gate)
        {
            agents = ByMemory;
            ByMemory = [];
        }

        foreach (Agent? agent in agents)
        {
            if (agent is not null)
            {
                agent.Memory.Units.Remove(agent.Index, agent.Generation);
                Recovery.End(agent.Memory, agent.Index, agent.Generation, agent.Tag);
            }
        }
    }
}

/// <summary>The units of this process in one memory, by their records: how another thread sees whether one is alive.</summary>
internal sealed class LocalUnits
{
    // By the record's number. An int, and objects: a dictionary of those is compiled with .NET itself, see Row.
    private readonly Dictionary<int, LocalUnit> _units = [];

    public void Add(Agent agent, Thread? thread, UnitAgents unit)
    {
        lock (_units)
        {
            _units[(int)agent.Index] = new LocalUnit(agent.Generation, thread is null ? null : new WeakReference<Thread>(thread), new WeakReference<UnitAgents>(unit));
        }
    }

    /// <summary>That use of the record is over. It may have been recovered long ago, and be another unit's by now.</summary>
    public void Remove(uint agent, uint generation)
    {
        lock (_units)
        {
            if (_units.TryGetValue((int)agent, out LocalUnit? unit) && unit.Generation == generation)
            {
                _units.Remove((int)agent);
            }
        }
    }

    /// <summary>Ends what threads left behind that are gone; nobody tells of those that are not ours.</summary>
    public void EndDeadThreads(ScopeMemory memory)
    {
        Row<(uint Agent, uint Generation)>? dead = null;
        lock (_units)
        {
            foreach ((int agent, LocalUnit unit) in _units)
            {
                if (unit.Thread is { } thread && !(thread.TryGetTarget(out Thread? own) && own.IsAlive))
                {
                    (dead ??= new Row<(uint, uint)>()).Add(((uint)agent, unit.Generation));
                }
            }
        }

        for (int i = 0; i < dead?.Count; i++)
        {
            (uint agent, uint generation) = dead[i];
            Remove(agent, generation);
            Recovery.End(memory, agent, generation, agent | ((generation & 0x7FFF) << 16));
        }
    }

    /// <summary>The unit that has the record, if it is one of this process.</summary>
    public Agent? Find(ScopeMemory memory, uint agent)
    {
        lock (_units)
        {
            return _units.TryGetValue((int)agent, out LocalUnit? unit) && unit.Unit.TryGetTarget(out UnitAgents? agents)
                ? Array.Find(agents.ByMemory, one => one?.Memory == memory && one.Index == agent && one.Generation == unit.Generation)
                : null;
        }
    }

    /// <summary>What the thread that has the record is called; null when it is no thread of this process, or has no name.</summary>
    public string? ThreadName(uint agent)
    {
        lock (_units)
        {
            return _units.TryGetValue((int)agent, out LocalUnit? unit) && unit.Thread is not null && unit.Thread.TryGetTarget(out Thread? thread)
                ? thread.Name
                : null;
        }
    }

    /// <summary>The coroutine that has the record, or one of whose branches has; null when it is none of this process.</summary>
    public ITurnTaker? TakerOf(uint agent)
    {
        lock (_units)
        {
            return _units.TryGetValue((int)agent, out LocalUnit? unit) && unit.Unit.TryGetTarget(out UnitAgents? agents) ? agents.Taker : null;
        }
    }

    public bool IsAlive(uint agent)
    {
        lock (_units)
        {
            return _units.TryGetValue((int)agent, out LocalUnit? unit)
                && (unit.Thread is null ? unit.Unit.TryGetTarget(out _) : unit.Thread.TryGetTarget(out Thread? thread) && thread.IsAlive);
        }
    }

    private sealed record LocalUnit(uint Generation, WeakReference<Thread>? Thread, WeakReference<UnitAgents> Unit);
}

using Plait.Memory;
using Plait.Synchronization;
using Plait.Synchronization.Engine;

namespace Plait.Tests.Synchronization.Scheduling;

/// <summary>
/// One shared scope memory, used by every unit as by a process of its own, and by one more, the keeper, which makes the primitives and
/// looks at what is left. Before each schedule everything in it is as it was before the first.
/// </summary>
internal sealed unsafe class Simulation : IDisposable
{
    public const int MostUnits = 5;

    private const int KeeperPid = 5_000_000;
    private const int Participants = MostUnits + 1;

    // As many as a schedule can use: each unit has two from the start, one with the keeper, and each process one of its own; some take a
    // new one.
    private const int Agents = (MostUnits * 3) + Participants + 2;
    private const int Objects = 8;

    private readonly Arena _arena;
    private readonly List<(nint Place, byte[] Bytes)> _start = [];

    public Simulation()
    {
        _arena = Arena.Create("plait-schedules", slots: 0);
        Memory = Join(KeeperPid);
        Scope = new ProcessScope(Memory, 0, "keeper");
        for (int i = 0; i < MostUnits; i++)
        {
            int pid = KeeperPid + 1 + i;
            Units.Add(new SimulatedUnit(i, Join(pid), pid, StartTimeOf(pid)));
        }
    }

    public List<SimulatedUnit> Units { get; } = [];

    /// <summary>The keeper's.</summary>
    public ScopeMemory Memory { get; }

    public ProcessScope Scope { get; }

    /// <summary>When a process started, while it lived.</summary>
    public static ulong StartTimeOf(int pid) => (ulong)pid * 10;

    /// <summary>On the unit's thread: whatever is made at the first use is made now.</summary>
    public void Prepare(SimulatedUnit unit)
    {
        foreach (ScopeMemory memory in (ReadOnlySpan<ScopeMemory>)[unit.Memory, Memory])
        {
            _ = Plait.Synchronization.Engine.Agents.Current(memory);
            _ = memory.ProcessAgent;
            memory.WatchParticipants();
        }
    }

    /// <summary>What there is now is what every schedule starts with.</summary>
    public void Remember()
    {
        _start.Clear();
        Add(Memory.Header, ScopeHeader.Size);
        Add(Memory.Participant(0), Participants * ParticipantRecord.Size);
        Add(Memory.Agent(0), Agents * AgentRecord.Size);
        Add(Memory.Object(0), Objects * ObjectRecord.Size);
    }

    public void Restore(bool isDue)
    {
        if (!isDue)
        {
            return;
        }

        if (Memory.Header->AgentTop >= Agents || Memory.Header->ObjectTop >= Objects)
        {
            throw new InvalidOperationException($"A trial used {Memory.Header->AgentTop} agents and {Memory.Header->ObjectTop} objects, which is more than are put back.");
        }

        foreach ((nint place, byte[] bytes) in _start)
        {
            bytes.CopyTo(new Span<byte>((void*)place, bytes.Length));
        }
    }

    public void Dispose()
    {
        // Their finalizers would look into the memory.
        Memory.ProcessAgent.Flow!.End();
        foreach (SimulatedUnit unit in Units)
        {
            unit.Memory.ProcessAgent.Flow!.End();
            unit.Free();
        }

        _arena.Dispose();
    }

    private ScopeMemory Join(int pid)
    {
        ScopeMemory memory = ScopeMemory.Use(_arena);
        ParticipantRecord* record = memory.Participant(memory.Own);

        // The same use of the slot, by a process that the scheduler can kill.
        record->Occupant = (record->Occupant & 0xFFFF_FFFF_0000_0000) | (uint)pid;
        record->StartTime = StartTimeOf(pid);
        return memory;
    }

    private void Add(void* place, int bytes) => _start.Add(((nint)place, new Span<byte>(place, bytes).ToArray()));
}

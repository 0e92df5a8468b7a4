using System.Collections.Concurrent;
using Plait.Interop;
using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>
/// The end of a thread, as something that others wait for: an event that is set once. A join is an edge of the wait graph by this, and can be part
/// of a deadlock. Made when somebody joins a thread that runs.
/// </summary>
internal sealed unsafe class UnitEnd : Synchronizer
{
    // Not counted among the scopes of the program.
    public static readonly ThreadScope Joins = ThreadScope.OfJoins();

    private static readonly ConcurrentDictionary<uint, string> Names = new();

    /// <param name="threadId">The thread, as the system counts.</param>
    /// <param name="name">What it is called.</param>
    /// <exception cref="ScopeCapacityException">There is no room.</exception>
    /// <exception cref="OutOfMemoryException">There is no address space for a scope.</exception>
    public UnitEnd(int threadId, string name)
        : base(Joins, Make(threadId)) => Names[Index] = name;

    /// <summary>What a thread of this process that is joined is called.</summary>
    public static string? NameOf(uint index) => Names.GetValueOrDefault(index);

    /// <summary>Blocks until the thread has ended; false when the time was over.</summary>
    public bool Wait(TimeSpan timeout, SourcePlace site, CancellationToken token) => Wait(WaitMode.Pass, DeadlineAfter(timeout), site, token);

    /// <summary>The same for the calling flow, without a timeout: completes when the thread has ended.</summary>
    public ValueTask<bool> WaitAsync(SourcePlace site) => WaitAsync(WaitMode.Pass, MonotonicClock.Never, site, CancellationToken.None);

    /// <summary>The thread has ended: whoever waits goes on.</summary>
    public void Set()
    {
        Names.TryRemove(Index, out _);
        Agent self = Agents.CurrentOrProcess(Memory);
        self.Record->Pending = Index;
        var woken = default(Woken);
        woken.Enter(Memory, Record, self);
        ((EventProtocol)Protocol).Set(Memory, Record, ref woken);
        woken.Exit(Memory, Record);
        self.Record->Pending = 0;
    }

    private static uint Make(int threadId)
    {
        ScopeMemory memory = Joins.Memory;
        uint index = memory.Allocate(ObjectKind.Unit);
        memory.Object(index)->Count = threadId;
        return index;
    }
}

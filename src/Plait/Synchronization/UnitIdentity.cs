namespace Plait.Synchronization;

/// <summary>Who held or waited: a unit of execution, as a report names it.</summary>
/// <param name="Pid">Its process, in that process's own pid namespace.</param>
/// <param name="ThreadId">Its thread, as the system counts; 0 for an async flow.</param>
/// <param name="FlowId">Its async flow, counted in its process; 0 for a thread.</param>
/// <param name="ProcessName">What its process is called among its relatives: the child's name, or "main".</param>
public sealed record UnitIdentity(int Pid, int ThreadId, int FlowId, string ProcessName)
{
    /// <summary>A process as a whole, which holds what was handed over.</summary>
    internal const int WholeProcess = int.MaxValue;

    /// <summary>What its thread was called when it first used the scope, in another process the first 20 bytes of that; null for a thread without a name, and for a flow.</summary>
    public string? ThreadName { get; init; }

    /// <summary>What its coroutine is called, in another process the first 20 bytes of that; null for a thread, and for a flow that is no coroutine.</summary>
    public string? CoroutineName { get; init; }

    /// <summary>The event loop of its coroutine; null where there is none, and for one of another process.</summary>
    public string? LoopName { get; init; }

    /// <summary>For people: "clerk (pid 4121), thread 4123 'printer'".</summary>
    public override string ToString() =>
        FlowId == WholeProcess ? $"{ProcessName} (pid {Pid}) as a whole"
        : CoroutineName is not null ? $"{ProcessName} (pid {Pid}), coroutine '{CoroutineName}'{(LoopName is null ? string.Empty : $" of loop '{LoopName}'")}"
        : FlowId != 0 ? $"{ProcessName} (pid {Pid}), flow {FlowId}"
        : ThreadName is null ? $"{ProcessName} (pid {Pid}), thread {ThreadId}" : $"{ProcessName} (pid {Pid}), thread {ThreadId} '{ThreadName}'";
}

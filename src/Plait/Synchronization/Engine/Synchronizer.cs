using System.Runtime.CompilerServices;
using Plait.Interop;
using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>This process's object for a primitive: its record, and the waits that end without a hold.</summary>
internal abstract unsafe partial class Synchronizer : ISynchronizer
{
    private readonly Scope _scope;
    private bool _isDisposed;

    // A thread's agent that used it: mostly the one that will again. A hint, checked before each use. Not a flow's: it would live on by it.
    private Agent? _user;

#pragma warning disable CA1816 // The finalizer is not for Dispose: it gives the record back when nobody can be inside any more.
    protected Synchronizer(Scope scope, uint index)
    {
        _scope = scope;
        Memory = scope.Memory;
        Index = index;
        Record = Memory.Object(index);
        Protocol = Protocol.Of(Record->Kind);

        // Only private memory is given back, and a name keeps its object.
        if (Memory.IsShared || Record->NameEntry != 0)
        {
            GC.SuppressFinalize(this);
        }
    }
#pragma warning restore CA1816

    // Not when it is disposed: another thread may be inside.
    ~Synchronizer()
    {
        // A named condition may have claimed it since.
        if (Record->NameEntry == 0)
        {
            if (MayHaveHolds)
            {
                HoldList.Forget(Memory, Index);
            }

            Memory.Free(Index);
        }
    }

    public string Name => Memory.DescribeObject(Index);

    public IScope Scope => _scope;

    public ScopeMemory Memory { get; }

    public uint Index { get; }

    public ObjectRecord* Record { get; }

    protected Protocol Protocol { get; }

    /// <summary>Whoever calls.</summary>
    protected Agent Caller
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _user is { } user && user.Key == Agents.CurrentKey ? user : FindCaller();
    }

    // Whether an entry may be left that nobody can release any more. Asked by the finalizer, for which all records of all units are a lot to read.
    private bool MayHaveHolds => Record->Kind switch
    {
        ObjectKind.Event or ObjectKind.Countdown or ObjectKind.Condition or ObjectKind.Unit => false,
        ObjectKind.Semaphore => Record->Acquisitions != 0,
        _ => (Record->State | (uint)Record->Count) != 0,
    };

    public virtual SynchronizerStatistics GetStatistics() => new(
        (long)Record->Acquisitions,
        Record->Waits,
        (int)Record->QueueLength,
        TimeSpan.FromTicks((long)(Record->TotalWait / 100)),
        TimeSpan.FromTicks((long)(Record->LongestWait / 100)),
        Record->Timeouts,
        Record->Abandonments);

#pragma warning disable CA1816 // See above.
    public void Dispose() => _isDisposed = true;
#pragma warning restore CA1816

    public override string ToString() => $"{ScopeMemory.Describe(Record->Kind)} '{Name}'";

    /// <summary>The deadline of a timeout that starts now.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative and not infinite.</exception>
    protected static long DeadlineAfter(TimeSpan timeout)
    {
        if (timeout < TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "A timeout is 0 or more, or Timeout.InfiniteTimeSpan.");
        }

        return timeout == TimeSpan.Zero ? WaitRequest.AtOnce
            : timeout == Timeout.InfiniteTimeSpan || timeout.TotalSeconds > 4e9 ? MonotonicClock.Never
            : Shared.Now + (timeout.Ticks * 100);
    }

    /// <summary>The exception for a wait that ended without success; null for one that is out of time.</summary>
    protected Exception? Failure(WaitOutcome outcome, Agent agent, CancellationToken token) => outcome switch
    {
        WaitOutcome.Cancelled => TakeInterruption(agent) ?? new OperationCanceledException($"The wait for {this} was cancelled.", token),
        WaitOutcome.Deadlocked => DeadlockSearch.TakeReport(agent),
        WaitOutcome.Refused => Refusal(),
        _ => null,
    };

    /// <summary>The exception for a wait that others have ended in vain.</summary>
    protected virtual Exception Refusal() => new BrokenBarrierException($"{this} is broken: a party died, gave up or ran out of time, or the action threw. Reset it to use it again.");

    /// <exception cref="ObjectDisposedException">It is disposed, or its scope is.</exception>
    protected void ThrowIfClosed() => ObjectDisposedException.ThrowIf(_isDisposed || _scope.IsClosed, this);

    // Without the address of the token: taking it costs a store on every path.
    protected static void ThrowIfCancelled(CancellationToken token)
    {
        if (token.IsCancellationRequested)
        {
            Throw(token);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Throw(CancellationToken token) => token.ThrowIfCancellationRequested();
    }

    /// <summary>Whether nobody is changing it: who died in the middle of that leaves what the next one under the guard repairs.</summary>
    protected bool IsAtRest => Volatile.Read(ref Record->Guard) == 0;

    /// <summary>Takes it if nobody waits and it is there; nothing of a wait is begun.</summary>
    protected bool TryTakeAtOnce(Agent agent, uint mode)
    {
        if (!Protocol.LooksFree(Memory, Record, mode) && IsAtRest)
        {
            return false;
        }

        agent.EnsureSlot();
        Guard.Enter(Memory, Record, agent);
        bool isTaken = Record->QueueHead == 0 && Protocol.TryTake(Memory, Record, agent, mode, willWait: false);
        Guard.Exit(Record);
        return isTaken;
    }

    /// <summary>Waits without anything to hold; false when the time was over.</summary>
    protected bool Wait(uint mode, long deadline, SourcePlace site, CancellationToken token)
    {
        ThrowIfClosed();
        ThrowIfCancelled(token);
        Agent agent = Caller;
        if (TryTakeAtOnce(agent, mode))
        {
            return true;
        }

        WaitOutcome outcome = BlockingWait.Run(new WaitRequest(Memory, Index, mode, deadline, site, token), ref agent);
        return Passed(outcome, agent, token);
    }

    protected ValueTask<bool> WaitAsync(uint mode, long deadline, SourcePlace site, CancellationToken token)
    {
        ThrowIfClosed();
        if (token.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<bool>(token);
        }

        Agent agent = Agents.CurrentFlow(Memory);
        if (TryTakeAtOnce(agent, mode))
        {
            return new ValueTask<bool>(result: true);
        }

        ValueTask<WaitOutcome> wait = AsyncWait.Run(new WaitRequest(Memory, Index, mode, deadline, site, token), ref agent);
        return wait.IsCompletedSuccessfully ? new ValueTask<bool>(Passed(wait.Result, agent, token)) : PassedAsync(wait, agent, token);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Agent FindCaller()
    {
        Agent agent = Agents.Current(Memory);
        if (!agent.IsFlow && (_user is null || agent.IsTimeToBeRemembered()))
        {
            _user = agent;
        }

        return agent;
    }

    private static Exception? TakeInterruption(Agent agent)
    {
        Exception? interruption = agent.Interruption;
        agent.Interruption = null;
        return interruption;
    }

    private bool Passed(WaitOutcome outcome, Agent agent, CancellationToken token)
    {
        BlockingWait.Acknowledge(agent);
        GC.KeepAlive(this);
        return Failure(outcome, agent, token) is { } failure ? throw failure : outcome is WaitOutcome.Taken or WaitOutcome.Granted;
    }
}

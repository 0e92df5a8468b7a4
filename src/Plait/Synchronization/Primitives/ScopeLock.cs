using System.Runtime.CompilerServices;
using Plait.Memory;
using Plait.Synchronization.Engine;

namespace Plait.Synchronization.Primitives;

/// <summary>A lock. Free to its own by one compare-and-exchange, and back by another; see <see cref="LockProtocol"/>.</summary>
internal sealed unsafe class ScopeLock(Scope scope, uint index) : OwnedLock(scope, index), ILock
{
    public Hold Acquire(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ThrowIfClosed();
        ThrowIfCancelled(cancellationToken);
        Agent agent = Caller;
        if (LockOrder.IsOn)
        {
            if (agent.IsFlow)
            {
                return Acquire(WaitMode.Exclusive, new SourcePlace(file, line), cancellationToken);
            }

            LockOrder.Check(this, agent, new SourcePlace(file, line));
        }

        ulong entry = TryTakeFree(agent, new SourcePlace(file, line));
        return entry != 0 ? Enter(agent, entry) : Acquire(WaitMode.Exclusive, new SourcePlace(file, line), cancellationToken);
    }

    public bool TryAcquire(out Hold hold, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ThrowIfClosed();
        Agent agent = Caller;
        ulong entry = TryTakeFree(agent, new SourcePlace(file, line));
        if (entry != 0)
        {
            hold = Enter(agent, entry);
            return true;
        }

        return TryAcquire(WaitMode.Exclusive, WaitRequest.AtOnce, out hold, new SourcePlace(file, line), CancellationToken.None);
    }

    public bool TryAcquire(TimeSpan timeout, out Hold hold, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        TryAcquire(WaitMode.Exclusive, DeadlineAfter(timeout), out hold, new SourcePlace(file, line), cancellationToken);

    public ValueTask<Hold> AcquireAsync(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ThrowIfClosed();
        if (!LockOrder.IsOn && !cancellationToken.IsCancellationRequested)
        {
            Agent agent = Agents.CurrentFlow(Memory);
            ulong entry = TryTakeFree(agent, new SourcePlace(file, line));
            if (entry != 0)
            {
                return new ValueTask<Hold>(Enter(agent, entry));
            }
        }

        return AcquireAsync(WaitMode.Exclusive, new SourcePlace(file, line), cancellationToken);
    }

    public ValueTask<Hold?> TryAcquireAsync(TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        TryAcquireAsync(WaitMode.Exclusive, timeout, new SourcePlace(file, line), cancellationToken);

    public override bool IsHeldBy(Agent agent, ulong entry) => IsOwnedBy(agent) && agent.Has(entry);

    public override bool TryRelease(Agent agent, ulong entry) => TryFree(agent, entry);

    protected override Hold Taken(Agent agent, WaitOutcome outcome, uint mode, SourcePlace site) => Enter(agent, EnterHold(agent, outcome, site));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Hold Enter(Agent agent, ulong entry) => new(this, agent, entry, (Record->Flags & ObjectFlags.Abandoned) != 0 && TakeAbandoned());
}

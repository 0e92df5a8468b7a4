using System.Runtime.CompilerServices;
using Plait.Memory;
using Plait.Synchronization.Engine;

namespace Plait.Synchronization.Primitives;

/// <summary>Runs something once: a lock, and a flag that it is done.</summary>
internal sealed unsafe partial class ScopeOnce(Scope scope, uint index) : OwnedLock(scope, index), IOnce
{
    public bool IsDone => (Volatile.Read(ref Record->Flags) & ObjectFlags.Done) != 0;

    public bool Run(Action action, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(action);
        ThrowIfClosed();
        if (IsDone)
        {
            return false;
        }

        using Hold hold = Acquire(WaitMode.Exclusive, new SourcePlace(file, line), cancellationToken);
        if (IsDone)
        {
            return false;
        }

        action();
        Shared.Or(ref Record->Flags, ObjectFlags.Done);
        return true;
    }

    public ValueTask<bool> RunAsync(Func<Task> action, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(action);
        ThrowIfClosed();
        return IsDone ? new ValueTask<bool>(result: false) : RunAsync(AcquireAsync(WaitMode.Exclusive, new SourcePlace(file, line), cancellationToken), action);
    }

    public override bool IsHeldBy(Agent agent, ulong entry) => IsOwnedBy(agent) && agent.Has(entry);

    public override bool TryRelease(Agent agent, ulong entry) => TryFree(agent, entry);

    protected override Hold Taken(Agent agent, WaitOutcome outcome, uint mode, SourcePlace site) =>
        new(this, agent, EnterHold(agent, outcome, site), TakeAbandoned());

    private void SetDone() => Shared.Or(ref Record->Flags, ObjectFlags.Done);
}

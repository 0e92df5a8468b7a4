using Plait.Memory;
using Plait.Synchronization.Engine;

namespace Plait.Synchronization.Primitives;

/// <summary>An event; see <see cref="EventProtocol"/>.</summary>
internal sealed unsafe class ScopeEvent(Scope scope, uint index) : PassedSynchronizer(scope, index), IEvent
{
    public bool IsSet => Volatile.Read(ref Record->State) != 0;

    public EventMode Mode => (EventMode)Record->Mode;

    public void Set()
    {
        ThrowIfClosed();
        Agent self = Caller;
        Guard.Enter(Memory, Record, self);
        bool isWaitedFor = Record->QueueHead != 0;
        if (!isWaitedFor)
        {
            Shared.Store(ref Record->State, 1);
        }

        Guard.Exit(Record);
        if (isWaitedFor)
        {
            SetForWaiters(self);
        }
    }

    public void Reset()
    {
        ThrowIfClosed();
        Guard.Enter(Memory, Record, Caller);
        Shared.Store(ref Record->State, 0);
        Guard.Exit(Record);
    }

    private void SetForWaiters(Agent self)
    {
        Shared.Store(ref self.Record->Pending, Index);
        var woken = default(Woken);
        woken.Enter(Memory, Record, self);
        ((EventProtocol)Protocol).Set(Memory, Record, ref woken);
        woken.Exit(Memory, Record);
        Shared.Store(ref self.Record->Pending, 0);
    }
}

using System.Runtime.CompilerServices;
using Plait.Interop;
using Plait.Memory;
using Plait.Synchronization.Engine;

namespace Plait.Synchronization.Primitives;

/// <summary>An event; see <see cref="EventProtocol"/>.</summary>
internal sealed unsafe class ScopeEvent(Scope scope, uint index) : Synchronizer(scope, index), IEvent
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

    public void Wait(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Wait(WaitMode.Pass, MonotonicClock.Never, new SourcePlace(file, line), cancellationToken);

    public bool Wait(TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Wait(WaitMode.Pass, DeadlineAfter(timeout), new SourcePlace(file, line), cancellationToken);

    public ValueTask WaitAsync(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ValueTask<bool> wait = WaitAsync(WaitMode.Pass, MonotonicClock.Never, new SourcePlace(file, line), cancellationToken);
        return wait.IsCompletedSuccessfully ? ValueTask.CompletedTask : new ValueTask(wait.AsTask());
    }

    public ValueTask<bool> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        WaitAsync(WaitMode.Pass, DeadlineAfter(timeout), new SourcePlace(file, line), cancellationToken);
}

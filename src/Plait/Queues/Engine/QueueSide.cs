using Plait.Interop;
using Plait.Memory;
using Plait.Synchronization;
using Plait.Synchronization.Engine;

namespace Plait.Queues.Engine;

/// <summary>One of the three objects of a queue that units wait on.</summary>
internal sealed unsafe class QueueSide(Scope scope, uint index, QueueControl* control, in QueueFacts facts) : Synchronizer(scope, index)
{
    private readonly QueueControl* _control = control;
    private readonly QueueFacts _facts = facts;

    /// <summary>Whoever calls.</summary>
    public Agent Me => Caller;

    // Nobody ends such a wait in vain.
    protected override Exception Refusal() => new InvalidDataException($"{this} is damaged: a wait was refused, as only a barrier's can be. A process wrote nonsense into the scope's memory; make a new queue.");

    /// <summary>Blocks until there may be what is waited for, or the deadline; false then.</summary>
    public bool WaitUntil(long deadline, SourcePlace site, CancellationToken token)
    {
        ThrowIfChanged();
        return Wait(WaitMode.Pass, deadline, site, token);
    }

    /// <summary>The same for the calling flow.</summary>
    public ValueTask<bool> WaitUntilAsync(long deadline, SourcePlace site, CancellationToken token)
    {
        ThrowIfChanged();
        return WaitAsync(WaitMode.Pass, deadline, site, token);
    }

    /// <summary>The end of a timeout that begins now.</summary>
    public static long Deadline(TimeSpan timeout) => timeout == Timeout.InfiniteTimeSpan ? MonotonicClock.Never : DeadlineAfter(timeout);

    /// <summary>There is something for so many of those who wait here.</summary>
    public void Tell(uint most)
    {
        Agent self = Agents.CurrentOrProcess(Memory);
        Shared.Store(ref self.Record->Pending, Index);
        var woken = default(Woken);
        woken.Enter(Memory, Record, self);
        QueueProtocol.Grant(Memory, Record, most, ref woken);
        woken.Exit(Memory, Record);
        Shared.Store(ref self.Record->Pending, 0);
    }

    // Waits end by the words in the memory, operations go by the copies: if they differ, one might be told for ever that there is something, and find nothing.
    private void ThrowIfChanged()
    {
        var kind = Index == _facts.Items ? ObjectKind.QueueItems : Index == _facts.Room ? ObjectKind.QueueRoom : ObjectKind.QueueWork;
        if (Memory.IsShared && !(Record->Kind == kind && Memory.Queue(Record) == _control && _facts.IsStillSo(_control)))
        {
            throw new InvalidDataException($"Queue '{Name}' is damaged: what never changes of it has changed. A process wrote nonsense into the scope's memory; make a new queue.");
        }
    }
}

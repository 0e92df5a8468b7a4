using System.Runtime.CompilerServices;
using Plait.Memory;
using Plait.Synchronization.Engine;

namespace Plait.Synchronization.Primitives;

/// <summary>A reader-writer lock; see <see cref="ReaderWriterProtocol"/>.</summary>
internal sealed unsafe class ScopeReaderWriterLock(Scope scope, uint index) : HeldSynchronizer(scope, index), IReaderWriterLock
{
    public int ReaderCount => Volatile.Read(ref Record->Count);

    public bool IsWriteHeld => Volatile.Read(ref Record->State) != 0;

    // Either side has an entry.
    public override bool IsHeldBy(Agent agent, ulong entry) => agent.Has(entry);

    public override bool TryRelease(Agent agent, ulong entry)
    {
        Agent self = Caller;
        Shared.Store(ref self.Record->Pending, Index);
        var woken = default(Woken);
        woken.Enter(Memory, Record, self);
        bool isHeld = HoldEntry.Mode(entry) == HoldMode.Read
            ? ReaderWriterProtocol.TryLeave(Memory, Record, agent.Record, agent.Index, entry)
            : Record->State == agent.Tag && Journal.Has(Memory, agent.Record, entry);
        if (isHeld)
        {
            if (HoldEntry.Mode(entry) != HoldMode.Read)
            {
                Shared.Store(ref Record->State, 0);
                CrashPoints.Hit(CrashPoint.WordReleased);
                Journal.Drop(Memory, agent.Record, entry);
            }

            Protocol.Of(ObjectKind.ReaderWriterLock).Grant(Memory, Record, ref woken);
        }

        woken.Exit(Memory, Record);
        Shared.Store(ref self.Record->Pending, 0);
        return isHeld;
    }

    public override bool TryHandOver(Agent agent, ulong entry, out Hold handed) => TryMove(agent, entry, out handed);

    protected override Hold Taken(Agent agent, WaitOutcome outcome, uint mode, SourcePlace site) =>
        Entered(agent, outcome, mode == WaitMode.Read ? HoldMode.Read : HoldMode.Exclusive, site);

    public Hold AcquireRead(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Acquire(WaitMode.Read, new SourcePlace(file, line), cancellationToken);

    public bool TryAcquireRead(out Hold hold, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        TryAcquire(WaitMode.Read, WaitRequest.AtOnce, out hold, new SourcePlace(file, line), CancellationToken.None);

    public bool TryAcquireRead(TimeSpan timeout, out Hold hold, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        TryAcquire(WaitMode.Read, DeadlineAfter(timeout), out hold, new SourcePlace(file, line), cancellationToken);

    public ValueTask<Hold> AcquireReadAsync(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        AcquireAsync(WaitMode.Read, new SourcePlace(file, line), cancellationToken);

    public ValueTask<Hold?> TryAcquireReadAsync(TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        TryAcquireAsync(WaitMode.Read, timeout, new SourcePlace(file, line), cancellationToken);

    public Hold AcquireWrite(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Acquire(WaitMode.Exclusive, new SourcePlace(file, line), cancellationToken);

    public bool TryAcquireWrite(out Hold hold, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        TryAcquire(WaitMode.Exclusive, WaitRequest.AtOnce, out hold, new SourcePlace(file, line), CancellationToken.None);

    public bool TryAcquireWrite(TimeSpan timeout, out Hold hold, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        TryAcquire(WaitMode.Exclusive, DeadlineAfter(timeout), out hold, new SourcePlace(file, line), cancellationToken);

    public ValueTask<Hold> AcquireWriteAsync(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        AcquireAsync(WaitMode.Exclusive, new SourcePlace(file, line), cancellationToken);

    public ValueTask<Hold?> TryAcquireWriteAsync(TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        TryAcquireAsync(WaitMode.Exclusive, timeout, new SourcePlace(file, line), cancellationToken);
}

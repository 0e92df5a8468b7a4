using Plait.Memory;
using Plait.Synchronization.Engine;

namespace Plait.Synchronization.Primitives;

/// <summary>A countdown; see <see cref="CountdownProtocol"/>.</summary>
internal sealed unsafe class ScopeCountdown(Scope scope, uint index) : PassedSynchronizer(scope, index), ICountdown
{
    public int CurrentCount => Volatile.Read(ref Record->Count);

    public int InitialCount => Volatile.Read(ref Record->Limit);

    public bool IsSet => CurrentCount == 0;

    public bool Signal(int count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ThrowIfClosed();
        Agent self = Caller;
        Shared.Store(ref self.Record->Pending, Index);
        var woken = default(Woken);
        woken.Enter(Memory, Record, self);
        int left = Record->Count - count;
        if (left >= 0)
        {
            Shared.Store(ref Record->Count, left);
            CrashPoints.Hit(CrashPoint.SignalCounted);
            Protocol.Of(ObjectKind.Countdown).Grant(Memory, Record, ref woken);
        }

        woken.Exit(Memory, Record);
        Shared.Store(ref self.Record->Pending, 0);
        return left >= 0 ? left == 0 : throw new SynchronizationException($"{this} cannot be signalled {count} times: only {left + count} signals are missing.");
    }

    public void AddCount(int count = 1)
    {
        if (!TryAddCount(count))
        {
            throw new SynchronizationException($"{this} cannot be raised by {count}: its count is 0 already. Reset it to start again.");
        }
    }

    public bool TryAddCount(int count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ThrowIfClosed();
        Guard.Enter(Memory, Record, Caller);
        int before = Record->Count;
        bool fits = before <= int.MaxValue - count;
        if (before > 0 && fits)
        {
            Shared.Store(ref Record->Count, before + count);
        }

        Guard.Exit(Record);
        return fits ? before > 0 : throw new SynchronizationException($"{this} cannot be raised by {count}: its count of {before} would pass {int.MaxValue}.");
    }

    public void Reset() => Restart(null);

    public void Reset(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Restart(count);
    }

    private void Restart(int? count)
    {
        ThrowIfClosed();
        Agent self = Caller;
        Shared.Store(ref self.Record->Pending, Index);
        var woken = default(Woken);
        woken.Enter(Memory, Record, self);
        int next = count ?? Record->Limit;
        Shared.Store(ref Record->Limit, next);
        Shared.Store(ref Record->Count, next);
        Protocol.Of(ObjectKind.Countdown).Grant(Memory, Record, ref woken);
        woken.Exit(Memory, Record);
        Shared.Store(ref self.Record->Pending, 0);
    }
}

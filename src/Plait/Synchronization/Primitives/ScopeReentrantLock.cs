using System.Runtime.CompilerServices;
using Plait.Interop;
using Plait.Memory;
using Plait.Synchronization.Engine;

namespace Plait.Synchronization.Primitives;

/// <summary>
/// A lock that its owner may take again: the record's count says how often beyond the first. Every hold has an entry and a serial of
/// its own.
/// </summary>
/// <remarks>
/// Parallel branches of one async flow look alike to .NET. So a flow's hold leaves a token in the flow's context, and only a branch
/// that has the innermost token may enter again: of two branches that both do, the second is refused, not let in beside the first.
/// </remarks>
internal sealed unsafe class ScopeReentrantLock(Scope scope, uint index) : OwnedLock(scope, index), IReentrantLock
{
    private readonly AsyncLocal<Reentry?> _flow = new();

    // Of the owner, when that is a flow of this process.
    private Reentry? _innermost;

    public int RecursionCount => IsHeldByCaller ? Record->Count + 1 : 0;

    public Hold Acquire(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ThrowIfClosed();
        ThrowIfCancelled(cancellationToken);
        Agent agent = Caller;
        if (!LockOrder.IsOn && !agent.IsFlow && !IsOwnedBy(agent))
        {
            ulong entry = TryTakeFree(agent, new SourcePlace(file, line));
            if (entry != 0)
            {
                return New(agent, entry);
            }
        }

        TryAcquire(MonotonicClock.Never, out Hold hold, new SourcePlace(file, line), cancellationToken);
        return hold;
    }

    public bool TryAcquire(out Hold hold, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        TryAcquire(WaitRequest.AtOnce, out hold, new SourcePlace(file, line), CancellationToken.None);

    public bool TryAcquire(TimeSpan timeout, out Hold hold, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        TryAcquire(DeadlineAfter(timeout), out hold, new SourcePlace(file, line), cancellationToken);

    public ValueTask<Hold> AcquireAsync(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ThrowIfClosed();
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<Hold>(cancellationToken);
        }

        Agent agent = Agents.CurrentFlow(Memory);
        return LockOrder.IsOn && LockOrder.Check(this, agent, new SourcePlace(file, line)) is { } step
            ? step.Add(EnterAsync(agent, new SourcePlace(file, line), cancellationToken))
            : EnterAsync(agent, new SourcePlace(file, line), cancellationToken);
    }

    public ValueTask<Hold?> TryAcquireAsync(TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ThrowIfClosed();
        long deadline = DeadlineAfter(timeout);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<Hold?>(cancellationToken);
        }

        Agent agent = Agents.CurrentFlow(Memory);
        return LockOrder.IsOn && LockOrder.Expect(this, agent, new SourcePlace(file, line)) is { } step
            ? step.Add(TryEnterAsync(agent, timeout, deadline, new SourcePlace(file, line), cancellationToken))
            : TryEnterAsync(agent, timeout, deadline, new SourcePlace(file, line), cancellationToken);
    }

    public override bool IsHeldBy(Agent agent, ulong entry) => IsOwnedBy(agent) && agent.Has(entry);

    public override bool TryRelease(Agent agent, ulong entry)
    {
        if (agent.Key == Agents.CurrentKey && Record->Count == 0 && !agent.IsFlow)
        {
            // The only hold, and its owner releases it: nobody else can be about to enter again.
            return TryFree(agent, entry);
        }

        if (!IsHeldBy(agent, entry))
        {
            return false;
        }

        if (agent.IsFlow)
        {
            Forget(entry);
        }

        return TryReleaseOneOfSeveral(agent, entry);
    }

    // Several threads may release several holds while the owner enters again: count and word change together, under the guard.
    private bool TryReleaseOneOfSeveral(Agent agent, ulong entry)
    {
        Agent self = Agents.CurrentOrProcess(Memory);
        Shared.Store(ref self.Record->Pending, Index);
        var woken = default(Woken);
        woken.Enter(Memory, Record, self);
        ulong* slot = HoldList.Find(Memory, agent.Record, entry);
        bool isHeld = slot is not null && IsOwnedBy(agent);
        if (isHeld && Record->Count > 0)
        {
            Shared.Store(ref Record->Count, Record->Count - 1);
        }
        else if (isHeld)
        {
            isHeld = TryFreeGuarded(agent, ref woken);
        }

        if (isHeld)
        {
            Shared.Store(ref *slot, 0);
        }

        woken.Exit(Memory, Record);
        Shared.Store(ref self.Record->Pending, 0);
        return isHeld;
    }

    protected override Hold Taken(Agent agent, WaitOutcome outcome, uint mode, SourcePlace site) => Enter(agent, EnterHold(agent, outcome, site));

    private Hold Enter(Agent agent, ulong entry)
    {
        if (agent.IsFlow)
        {
            // A wait has gone through an await: what its caller's context holds was put there before.
            _innermost = _flow.Value is { Epoch: 0 } prepared ? prepared : _flow.Value = new Reentry(null);
            _innermost.Epoch = entry;
        }

        return New(agent, entry);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Hold New(Agent agent, ulong entry) => new(this, agent, entry, (Record->Flags & ObjectFlags.Abandoned) != 0 && TakeAbandoned());

    private ValueTask<Hold> EnterAsync(Agent agent, SourcePlace site, CancellationToken token) =>
        TryEnterAtOnce(agent, out Hold hold, site) ? new ValueTask<Hold>(hold) : TakeAsync(WaitMode.Exclusive, site, token);

    private ValueTask<Hold?> TryEnterAsync(Agent agent, TimeSpan timeout, long deadline, SourcePlace site, CancellationToken token) =>
        TryEnterAtOnce(agent, out Hold hold, site) ? new ValueTask<Hold?>(hold)
        : deadline == WaitRequest.AtOnce ? new ValueTask<Hold?>((Hold?)null)
        : TryTakeAsync(WaitMode.Exclusive, timeout, site, token);

    private bool TryAcquire(long deadline, out Hold hold, SourcePlace site, CancellationToken token)
    {
        ThrowIfClosed();
        token.ThrowIfCancellationRequested();
        FlowHold? step = LockOrder.IsOn && deadline == MonotonicClock.Never ? LockOrder.Check(this, Caller, site) : null;
        bool isThere = TryEnterAtOnce(Caller, out hold, site) || TryAcquire(WaitMode.Exclusive, deadline, out hold, site, token);
        step?.Add(hold);
        return isThere;
    }

    private bool TryEnterAtOnce(Agent agent, out Hold hold, SourcePlace site)
    {
        if (IsOwnedBy(agent) && TryEnterAgain(agent, out hold, site))
        {
            return true;
        }

        if (agent.IsFlow)
        {
            _flow.Value = new Reentry(null);
        }

        ulong entry = TryTakeFree(agent, site);
        if (entry != 0)
        {
            hold = Enter(agent, entry);
            return true;
        }

        hold = default;
        return false;
    }

    // False when another thread has released the last hold meanwhile.
    private bool TryEnterAgain(Agent agent, out Hold hold, SourcePlace site)
    {
        if (agent.IsFlow)
        {
            Reentry? mine = _flow.Value;
            while (mine is { IsReleased: true })
            {
                mine = mine.Outer;
            }

            if (mine is null || mine != _innermost)
            {
                throw new SynchronizationException(
                    $"{this} is held by this async flow, but in a branch that runs beside this one. Await the branches one after another, or give each a flow of its own by acquiring before it starts nothing in common.");
            }

            _flow.Value = _innermost = new Reentry(mine);
        }

        // Before the count: it may throw.
        agent.EnsureSlot();
        Guard.Enter(Memory, Record, agent);
        bool isOwned = IsOwnedBy(agent);
        bool fits = Record->Count < int.MaxValue;
        if (isOwned && fits)
        {
            Shared.Store(ref Record->Count, Record->Count + 1);
        }

        Guard.Exit(Record);
        hold = default;
        if (!isOwned)
        {
            return false;
        }

        if (!fits)
        {
            throw new SynchronizationException($"{this} is held {int.MaxValue} times already.");
        }

        ulong entry = EnterHold(agent, WaitOutcome.None, site);
        if (agent.IsFlow)
        {
            _innermost!.Epoch = entry;
        }

        hold = new Hold(this, agent, entry);
        return true;
    }

    // Holds may be released in any order: the innermost is the last that is left.
    private void Forget(ulong entry)
    {
        for (Reentry? reentry = _innermost; reentry is not null; reentry = reentry.Outer)
        {
            if (reentry.Epoch == entry)
            {
                reentry.IsReleased = true;
                break;
            }
        }

        while (_innermost is { IsReleased: true })
        {
            _innermost = _innermost.Outer;
        }
    }

    private sealed class Reentry(Reentry? outer)
    {
        public Reentry? Outer { get; } = outer;

        public ulong Epoch { get; set; }

        public bool IsReleased { get; set; }
    }
}

using System.Runtime.CompilerServices;
using Plait.Interop;
using Plait.Memory;
using Plait.Synchronization.Engine;

namespace Plait.Synchronization.Primitives;

/// <summary>A condition over a lock of the same scope; see <see cref="ConditionProtocol"/>.</summary>
internal sealed unsafe partial class ScopeCondition(Scope scope, uint index, OwnedLock over) : Synchronizer(scope, index), ICondition
{
    // A deadline that is over already: unlike a wait that does not wait, it lets go of the lock for a moment.
    private const long Over = 1;

    public ILock Lock => (ILock)over;

    public Hold Acquire(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => Lock.Acquire(cancellationToken, file, line);

    public ValueTask<Hold> AcquireAsync(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => Lock.AcquireAsync(cancellationToken, file, line);

    public void Wait(Hold hold, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Wait(hold, MonotonicClock.Never, new SourcePlace(file, line), cancellationToken);

    public bool Wait(Hold hold, TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Wait(hold, Math.Max(Over, DeadlineAfter(timeout)), new SourcePlace(file, line), cancellationToken);

    public bool WaitFor(Hold hold, Func<bool> predicate, TimeSpan? timeout = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        long deadline = timeout is { } limit ? Math.Max(Over, DeadlineAfter(limit)) : MonotonicClock.Never;
        ThrowIfNotHeld(hold);
        bool isTrue = predicate();
        while (!isTrue && Shared.Now < deadline)
        {
            Wait(hold, deadline, new SourcePlace(file, line), cancellationToken);
            isTrue = predicate();
        }

        return isTrue;
    }

    public ValueTask WaitAsync(Hold hold, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        new(WaitAsync(hold, MonotonicClock.Never, new SourcePlace(file, line), cancellationToken).AsTask());

    public ValueTask<bool> WaitAsync(Hold hold, TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        WaitAsync(hold, Math.Max(Over, DeadlineAfter(timeout)), new SourcePlace(file, line), cancellationToken);

    public ValueTask<bool> WaitForAsync(Hold hold, Func<bool> predicate, TimeSpan? timeout = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        long deadline = timeout is { } limit ? Math.Max(Over, DeadlineAfter(limit)) : MonotonicClock.Never;
        ThrowIfNotHeld(hold);
        return WaitForAsync(hold, predicate, deadline, new SourcePlace(file, line), cancellationToken);
    }

    public int Notify(Hold hold, int count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ThrowIfNotHeld(hold);
        Agent self = Agents.Current(Memory);
        Shared.Store(ref self.Record->Pending, Index);
        var woken = default(Woken);
        woken.Enter(Memory, Record, self);
        int notified = ConditionProtocol.Notify(Memory, Record, count, ref woken);
        woken.Exit(Memory, Record);
        Shared.Store(ref self.Record->Pending, 0);
        return notified;
    }

    public int NotifyAll(Hold hold) => Notify(hold, int.MaxValue);

    private bool Wait(Hold hold, long deadline, SourcePlace site, CancellationToken token)
    {
        ThrowIfNotHeld(hold);
        token.ThrowIfCancellationRequested();
        Agent agent = Agents.Current(Memory);
        ThrowIfForeign(hold, agent);
        if (!agent.TryBeginWait())
        {
            agent = Agents.Fork(Memory);
            agent.TryBeginWait();
        }

        var request = new WaitRequest(Memory, Index, WaitMode.Pass, deadline, site, token);
        _ = request.TakeOrQueue(agent, isAsync: false);
        int recursion = over.ReleaseWhole(hold.Agent!);
        CrashPoints.Hit(CrashPoint.ConditionReleased);
        WaitOutcome outcome = BlockingWait.Sleep(request, agent);
        NoteNotified(agent, outcome);
        CrashPoints.Hit(CrashPoint.NotificationNoted);
        BlockingWait.Acknowledge(agent);
        CrashPoints.Hit(CrashPoint.ConditionRegaining);
        over.Regain(hold.Agent!, agent, recursion);
        CrashPoints.Hit(CrashPoint.ConditionRegained);
        NoteRegained(agent);
        return Failure(outcome, agent, token) is { } failure ? throw failure : outcome == WaitOutcome.Granted;
    }

    private ValueTask<bool> WaitAsync(Hold hold, long deadline, SourcePlace site, CancellationToken token)
    {
        ThrowIfNotHeld(hold);
        if (token.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<bool>(token);
        }

        Agent agent = Agents.CurrentFlow(Memory);
        ThrowIfForeign(hold, agent);
        ValueTask<WaitOutcome> wait = AsyncWait.Run(new WaitRequest(Memory, Index, WaitMode.Pass, deadline, site, token), ref agent, over, hold.Agent);
        return NotifiedAsync(wait, hold, agent, agent.SavedRecursion, token);
    }

    // Before the wait is forgotten: if it dies on its way to the lock, recovery lets another go on in its place.
    private void NoteNotified(Agent agent, WaitOutcome outcome) => Shared.Store(ref agent.Record->Notified, outcome == WaitOutcome.Granted ? Index : 0);

    private static void NoteRegained(Agent agent) => Shared.Store(ref agent.Record->Notified, 0u);

    private void ThrowIfNotHeld(Hold hold)
    {
        ThrowIfClosed();
        if (hold.Target is not { } target || target.Index != over.Index || target.Memory != over.Memory || !hold.IsHeld)
        {
            throw new SynchronizationException($"{this} is used without its lock: that takes a hold of '{over.Name}' that has not been released.");
        }
    }

    private void ThrowIfForeign(Hold hold, Agent agent)
    {
        if (hold.Agent != agent)
        {
            throw new SynchronizationException($"{this} can be waited for only by the thread or async flow that acquired '{over.Name}'; this hold is another's.");
        }
    }
}

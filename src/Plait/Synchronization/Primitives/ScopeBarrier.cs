using System.Runtime.CompilerServices;
using Plait.Interop;
using Plait.Memory;
using Plait.Synchronization.Engine;

namespace Plait.Synchronization.Primitives;

/// <summary>A barrier; see <see cref="BarrierProtocol"/>.</summary>
internal sealed unsafe partial class ScopeBarrier(Scope scope, uint index, Action? action) : Synchronizer(scope, index), IBarrier
{
    // A deadline that is over already: unlike a wait that does not wait, it arrives, and breaks the barrier.
    private const long Over = 1;

    public int Parties => Record->Limit;

    public int WaitingCount => (int)Volatile.Read(ref Record->QueueLength);

    public bool IsBroken => BarrierProtocol.IsBroken(Record);

    public void Abort() => Change(static (ScopeMemory memory, ObjectRecord* record, ref Woken woken) => BarrierProtocol.Break(memory, record, ref woken));

    public void Reset() => Change(static (ScopeMemory memory, ObjectRecord* record, ref Woken woken) =>
    {
        BarrierProtocol.RefuseAll(memory, record, ref woken);
        Shared.Store(ref record->State, 0);
        Shared.Store(ref record->Flags, record->Flags & ~ObjectFlags.Broken);
    });

    public int Wait(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => Meet(MonotonicClock.Never, new SourcePlace(file, line), cancellationToken);

    public int Wait(TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => Meet(Math.Max(Over, DeadlineAfter(timeout)), new SourcePlace(file, line), cancellationToken);

    public ValueTask<int> WaitAsync(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => MeetAsync(MonotonicClock.Never, new SourcePlace(file, line), cancellationToken);

    public ValueTask<int> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => MeetAsync(Math.Max(Over, DeadlineAfter(timeout)), new SourcePlace(file, line), cancellationToken);

    private int Meet(long deadline, SourcePlace site, CancellationToken token)
    {
        ThrowIfClosed();
        if (token.IsCancellationRequested)
        {
            Abort();
            token.ThrowIfCancellationRequested();
        }

        Agent agent = Agents.Current(Memory);
        WaitOutcome outcome = BlockingWait.Run(new WaitRequest(Memory, Index, WaitMode.Pass, deadline, site, token), ref agent);
        return Met(outcome, agent, token);
    }

    private ValueTask<int> MeetAsync(long deadline, SourcePlace site, CancellationToken token)
    {
        ThrowIfClosed();
        if (token.IsCancellationRequested)
        {
            Abort();
            return ValueTask.FromCanceled<int>(token);
        }

        Agent agent = Agents.CurrentFlow(Memory);
        return MetAsync(AsyncWait.Run(new WaitRequest(Memory, Index, WaitMode.Pass, deadline, site, token), ref agent), agent, token);
    }

    private int Met(WaitOutcome outcome, Agent agent, CancellationToken token)
    {
        int rank = agent.Record->WaitResult;
        if (outcome == WaitOutcome.Taken || (outcome == WaitOutcome.Granted && rank == BarrierProtocol.Act))
        {
            // Entered before the wait is forgotten: if it dies in the action, recovery must find its way here.
            ulong entry = HoldEntry.Make(Index, HoldMode.Exclusive, Record->Rounds);
            agent.EnsureSlot();
            agent.Push(entry);
            CrashPoints.Hit(CrashPoint.HoldEntered);
            BlockingWait.Acknowledge(agent);
            CrashPoints.Hit(CrashPoint.BarrierActing);
            try
            {
                return Act(agent);
            }
            finally
            {
                agent.Remove(entry);
            }
        }

        BlockingWait.Acknowledge(agent);

        // Out of time: leaving the queue has broken it.
        return outcome == WaitOutcome.Granted ? rank : throw Failure(outcome == WaitOutcome.TimedOut ? WaitOutcome.Refused : outcome, agent, token)!;
    }

    private int Act(Agent agent)
    {
        try
        {
            action?.Invoke();
        }
        catch (Exception error)
        {
            // Even if it was disposed meanwhile: the others wait.
            ChangeAnyway(BarrierProtocol.Break);
            throw new BrokenBarrierException($"{this} is broken: its action threw. Reset it to use it again.", error);
        }

        var woken = default(Woken);
        woken.Enter(Memory, Record, Agents.Current(Memory));
        bool isWhole = Record->State == agent.Tag;
        if (isWhole)
        {
            ((BarrierProtocol)Protocol.Of(ObjectKind.Barrier)).Complete(Memory, Record, ref woken);
        }

        woken.Exit(Memory, Record);
        return isWhole ? Record->Limit - 1 : throw Failure(WaitOutcome.Refused, agent, CancellationToken.None)!;
    }

    private void Change(Change change)
    {
        ThrowIfClosed();
        ChangeAnyway(change);
    }

    private void ChangeAnyway(Change change)
    {
        Agent self = Agents.Current(Memory);
        Shared.Store(ref self.Record->Pending, Index);
        var woken = default(Woken);
        woken.Enter(Memory, Record, self);
        change(Memory, Record, ref woken);
        woken.Exit(Memory, Record);
        Shared.Store(ref self.Record->Pending, 0);
    }
}

/// <summary>A change under the guard.</summary>
internal unsafe delegate void Change(ScopeMemory memory, ObjectRecord* record, ref Woken woken);

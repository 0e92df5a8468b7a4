using Plait.Memory;
using Plait.Synchronization;
using Plait.Synchronization.Engine;

namespace Plait.Tests.Synchronization.Scheduling;

/// <summary>Two to four units that acquire one lock, try for it, and give up waiting for it. At most one is inside.</summary>
internal sealed class ExclusiveTrial : Trial
{
    private const int Nobody = -1;

    private readonly ILock[] _locks;
    private readonly (int Kind, TimeSpan Timeout, int Depth)[][] _calls;
    private readonly CancellationTokenSource?[] _tokens;
    private int _inside = Nobody;
    private int _busy;
    private long _entered;
    private bool _isNews;

    public ExclusiveTrial(Scheduler scheduler, Chance chance, Func<Scope, ILock> make, int depth = 1, int leastUnits = 2)
        : base(scheduler, chance, chance.Between(leastUnits, 4))
    {
        Lock = (OwnedLock)make(scheduler.Simulation.Scope);
        _locks = Attach<ILock>(Lock);
        _tokens = new CancellationTokenSource?[Mortals];
        _calls = [.. Enumerable.Range(0, Mortals).Select(_ => Calls(depth))];
    }

    private OwnedLock Lock { get; }

    private unsafe ulong LastTicket => Lock.Record->NextTicket;

    protected override void Act(int unit)
    {
        ILock gate = _locks[unit];
        foreach ((int kind, TimeSpan timeout, int depth) in _calls[unit])
        {
            Cancel(unit, kind);
            Acquire(unit, gate, kind, timeout, depth);
        }
    }

    public override unsafe void End()
    {
        // Whoever is dead has left what only the next one would look at.
        Scheduler.Simulation.Memory.Liveness.SweepAll();
        ObjectRecord* record = Lock.Record;
        Check((record->State & ~ObjectRecord.WaitersBit) == 0, $"the lock's word is {record->State:x} at the end");
        CheckAtRest(Lock);
        Check(Scheduler.Deaths > 0 || record->Acquisitions == (ulong)_entered, $"{record->Acquisitions} acquisitions were counted, {_entered} were made");
        var last = (ILock)Scheduler.Simulation.Scope.Attach(Lock.Index);
        Check(last.TryAcquire(out Hold hold, string.Empty), "the lock cannot be acquired at the end");
        Check(hold.IsAbandoned == _isNews || (Scheduler.Deaths > 0 && !_isNews), "the last acquirer was not told of the death");
    }

    private (int, TimeSpan, int)[] Calls(int depth) =>
        [.. Enumerable.Range(0, Chance.Between(1, 2)).Select(_ => (Chance.Below(6), SomeTime(), Chance.Between(1, depth)))];

    private void Acquire(int unit, ILock gate, int kind, TimeSpan timeout, int depth)
    {
        ulong ticket = LastTicket;
        bool wasBusy = _busy > 0;
        _busy++;
        Hold hold;
        bool isAcquired = true;
        switch (kind)
        {
            case 0:
                isAcquired = gate.TryAcquire(out hold, string.Empty);
                break;
            case 1 or 2:
                isAcquired = gate.TryAcquire(timeout, out hold, CancellationToken.None, string.Empty);
                break;
            case 3:
                isAcquired = TryAcquire(unit, gate, out hold);
                break;
            default:
                hold = gate.Acquire(CancellationToken.None, string.Empty);
                break;
        }

        if (isAcquired)
        {
            _entered++;
            Enter(unit, hold);
            CheckOrder(unit, ticket);
            hold = depth == 1 ? PerhapsHandedOver(hold) : hold;
            Again(unit, gate, depth - 1);
            Leave(unit, hold);
        }
        else
        {
            Check(kind < 4, "an acquisition without end ended");
            Check(wasBusy || _busy > 1 || Scheduler.Deaths > 0 || kind != 0, "a free lock was refused");
        }

        _busy--;
    }

    private bool TryAcquire(int unit, ILock gate, out Hold hold)
    {
        using var token = new CancellationTokenSource();
        _tokens[unit] = token;
        try
        {
            hold = gate.Acquire(token.Token, string.Empty);
            return true;
        }
        catch (OperationCanceledException)
        {
            hold = default;
            return false;
        }
        finally
        {
            _tokens[unit] = null;
        }
    }

    // In one step: .NET makes whoever ends a wait wait for the callback, and that would be a sleep that the scheduler does not see.
    private void Cancel(int unit, int kind)
    {
        int other = (unit + 1 + (kind % (Mortals - 1))) % Mortals;
        if (_tokens[other] is not null)
        {
            Scheduler.Atomically(() => _tokens[other]?.Cancel());
        }
    }

    private void Again(int unit, ILock gate, int depth)
    {
        if (depth == 0)
        {
            return;
        }

        Hold hold = gate.Acquire(CancellationToken.None, string.Empty);
        _entered++;
        Check(_inside == unit, $"unit {unit} acquired again, but unit {_inside} is inside");
        Step();
        Again(unit, gate, depth - 1);
        hold.Release();
        Check(_inside == unit, $"unit {unit} still holds it once, but unit {_inside} is inside");
        Step();
    }

    private void Enter(int unit, Hold hold)
    {
        if (_inside != Nobody && Scheduler.IsDead(_inside))
        {
            _inside = Nobody;
            Check(hold.IsAbandoned, "the next acquirer was not told of the death");
        }

        Check(_inside == Nobody, $"units {_inside} and {unit} are both inside");
        Check(!hold.IsAbandoned || Scheduler.Deaths > 0, "abandoned, but nobody died");
        _inside = unit;
        _isNews = false;
        Step();
        Step();
    }

    // In the strict order nobody who came later, and waited, is inside before one who still waits.
    private unsafe void CheckOrder(int unit, ulong ticket)
    {
        ScopeMemory memory = Scheduler.Unit(unit).Memory;
        ulong mine = Agents.Current(memory).Record->WaitTicket;
        if (!LockProtocol.IsStrict(Lock.Record) || mine <= ticket)
        {
            return;
        }

        for (uint agent = Lock.Record->QueueHead; agent != 0; agent = memory.Agent(agent)->Next)
        {
            Check(memory.Agent(agent)->WaitTicket > mine, $"unit {unit} came with ticket {mine} and is inside before ticket {memory.Agent(agent)->WaitTicket}");
        }
    }

    private void Leave(int unit, Hold hold)
    {
        Check(_inside == unit, $"unit {unit} leaves, but unit {_inside} is inside");
        _inside = Nobody;
        hold.Release();
    }
}

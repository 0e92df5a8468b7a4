using Plait.Synchronization;
using Plait.Synchronization.Engine;

namespace Plait.Tests.Synchronization.Scheduling;

/// <summary>Producers and consumers of things under a lock, which may be one that is held twice; each thing is told to one who waits, or to all.</summary>
internal sealed class ConditionTrial : Trial
{
    private const int Nobody = -1;

    private readonly Synchronizer _condition;
    private readonly ICondition[] _conditions;
    private readonly int[] _produced;
    private readonly int[] _wanted;
    private readonly TimeSpan[] _timeouts;
    private readonly bool _isHeldTwice;
    private readonly bool _isAll;
    private readonly bool _isPredicate;
    private int _inside = Nobody;
    private int _things;
    private int _notified;
    private int _woken;
    private bool _isClosed;

    public ConditionTrial(Scheduler scheduler, Chance chance)
        : base(scheduler, chance, chance.Between(2, 4))
    {
        _isHeldTwice = chance.OneIn(3);
        _isAll = chance.OneIn(3);
        _isPredicate = chance.OneIn(3);
        Scope scope = scheduler.Simulation.Scope;
        _condition = (Synchronizer)scope.CreateCondition(_isHeldTwice ? scope.CreateReentrantLock() : scope.CreateLock());
        _conditions = Attach<ICondition>(_condition);
        _produced = new int[Mortals];
        _wanted = new int[Mortals];
        _timeouts = [.. Enumerable.Range(0, Mortals).Select(_ => chance.OneIn(3) ? SomeTime() : Timeout.InfiniteTimeSpan)];
        for (int i = chance.Between(1, 3); i > 0; i--)
        {
            int consumer = chance.Below(Mortals);
            _wanted[consumer]++;
            _produced[(consumer + chance.Between(1, Mortals - 1)) % Mortals]++;
        }
    }

    public override void End()
    {
        Scheduler.Simulation.Memory.Liveness.SweepAll();
        Check(_things == 0 || Scheduler.Deaths > 0, $"{_things} things are left at the end");
        Check(_notified == _woken || Scheduler.Deaths > 0, $"{_notified} were notified, {_woken} woke for that");
        CheckAtRest(_condition);
        var gate = (OwnedLock)_conditions[0].Lock;
        CheckAtRest(gate);
        Check(!gate.IsHeld, "the lock is held at the end");
    }

    protected override void Act(int unit)
    {
        ICondition condition = _conditions[unit];
        for (int i = 0; i < _produced[unit]; i++)
        {
            Locked(unit, condition, hold =>
            {
                _things++;
                _notified += _isAll ? condition.NotifyAll(hold) : condition.Notify(hold);
            });
        }

        for (int i = 0; i < _wanted[unit]; i++)
        {
            Locked(unit, condition, hold =>
            {
                Await(unit, condition, hold);
                _things = Math.Max(0, _things - 1);
            });
        }
    }

    protected override void MakeUp(int unit) => Locked(unit, _conditions[unit], hold =>
    {
        _isClosed = true;
        _conditions[unit].NotifyAll(hold);
    });

    private void Locked(int unit, ICondition condition, Action<Hold> action)
    {
        Hold outer = condition.Acquire(CancellationToken.None, string.Empty);
        Enter(unit);
        Hold inner = _isHeldTwice ? condition.Acquire(CancellationToken.None, string.Empty) : outer;
        action(inner);
        Step();
        Check(_inside == unit, $"unit {unit} has the lock, but unit {_inside} is inside");
        if (_isHeldTwice)
        {
            inner.Release();
            Step();
            Check(_inside == unit, $"unit {unit} holds the lock once more, but unit {_inside} is inside");
        }

        _inside = Nobody;
        outer.Release();
    }

    private void Await(int unit, ICondition condition, Hold hold)
    {
        if (_isPredicate && _timeouts[unit] == Timeout.InfiniteTimeSpan)
        {
            // It goes through the lock where this does not see it, and is inside whenever it asks.
            bool isTrue = condition.WaitFor(hold, () => IsEnough(unit), timeout: null, CancellationToken.None, string.Empty);
            Check(isTrue, "a wait without end ended");
            Enter(unit);
            return;
        }

        while (_things == 0 && !_isClosed)
        {
            TimeSpan timeout = _timeouts[unit];
            _timeouts[unit] = Timeout.InfiniteTimeSpan;
            _inside = Nobody;
            bool isNotified = condition.Wait(hold, timeout, CancellationToken.None, string.Empty);
            Enter(unit);
            _woken += isNotified ? 1 : 0;
            Check(isNotified || timeout != Timeout.InfiniteTimeSpan, "a wait without end ended");
        }
    }

    private bool IsEnough(int unit)
    {
        Enter(unit);
        bool isEnough = _things > 0 || _isClosed;
        _inside = Nobody;
        if (!isEnough)
        {
            // Whoever goes on waiting is woken once more.
            _woken++;
        }

        return isEnough;
    }

    private void Enter(int unit)
    {
        Check(_inside == Nobody || _inside == unit || Scheduler.IsDead(_inside), $"units {_inside} and {unit} are both inside");
        _inside = unit;
    }
}

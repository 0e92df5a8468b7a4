using Plait.Synchronization;
using Plait.Synchronization.Engine;

namespace Plait.Tests.Synchronization.Scheduling;

/// <summary>
/// One dies in a lock; two find that out at the same time; one that comes then gets the record of the dead one, and acquires the lock.
/// </summary>
internal sealed class RecoveryTrial : Trial
{
    private const int Dying = 0;
    private const int Coming = 3;

    private readonly OwnedLock _lock;
    private readonly ILock[] _locks;
    private int _inside = -1;

    public RecoveryTrial(Scheduler scheduler, Chance chance)
        : base(scheduler, chance, mortals: 4)
    {
        _lock = (OwnedLock)scheduler.Simulation.Scope.CreateLock();
        _locks = Attach<ILock>(_lock);
    }

    public override void End()
    {
        Check(!_lock.IsHeld, "the lock is held at the end");
        CheckAtRest(_lock);
    }

    protected override void Act(int unit)
    {
        switch (unit)
        {
            case Dying:
                Acquire(unit);
                Step();
                Scheduler.Die();
                break;
            case Coming:
                Scheduler.AwaitDeath();
                Scheduler.OnNewThread(() => Release(unit, Acquire(unit)));
                break;
            default:
                Scheduler.AwaitDeath();
                Scheduler.Unit(unit).Memory.Liveness.SweepAll();
                Release(unit, Acquire(unit));
                break;
        }
    }

    private Hold Acquire(int unit)
    {
        Hold hold = _locks[unit].Acquire(CancellationToken.None, string.Empty);
        Check(_inside < 0 || Scheduler.IsDead(_inside), $"units {_inside} and {unit} are both inside");
        _inside = unit;
        Step();
        Step();
        return hold;
    }

    private void Release(int unit, Hold hold)
    {
        Check(_inside == unit, $"unit {unit} leaves, but unit {_inside} is inside");
        _inside = -1;
        hold.Release();
    }
}

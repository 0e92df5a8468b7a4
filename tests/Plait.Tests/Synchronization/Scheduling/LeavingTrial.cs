using Plait.Synchronization;
using Plait.Synchronization.Engine;

namespace Plait.Tests.Synchronization.Scheduling;

/// <summary>Threads that end while they hold a lock: the next is told, and nobody waits for the engine's interval.</summary>
internal sealed class LeavingTrial : Trial
{
    private readonly OwnedLock _lock;
    private readonly ILock[] _locks;
    private readonly bool[] _isLeaving;
    private int _inside = -1;
    private int _left;
    private int _told;

    public LeavingTrial(Scheduler scheduler, Chance chance)
        : base(scheduler, chance, chance.Between(2, 4))
    {
        _lock = (OwnedLock)(chance.OneIn(2) ? scheduler.Simulation.Scope.CreateLock() : scheduler.Simulation.Scope.CreateReentrantLock());
        _locks = Attach<ILock>(_lock);
        _isLeaving = [.. Enumerable.Range(0, Mortals).Select(_ => chance.OneIn(2))];
    }

    public override void End()
    {
        var last = (ILock)Scheduler.Simulation.Scope.Attach(_lock.Index);
        Check(last.TryAcquire(out Hold hold, string.Empty), "the lock cannot be acquired at the end");
        _told += hold.IsAbandoned ? 1 : 0;
        Check(_told == _left, $"{_left} left it, {_told} were told");
        hold.Release();
        CheckAtRest(_lock);
    }

    protected override void Act(int unit)
    {
        if (_isLeaving[unit])
        {
            Scheduler.OnNewThread(() =>
            {
                Enter(unit);
                _inside = -1;
                _left++;
            });
        }

        Hold hold = Enter(unit);
        _inside = -1;
        hold.Release();
    }

    private Hold Enter(int unit)
    {
        Hold hold = _locks[unit].Acquire(CancellationToken.None, string.Empty);
        _told += hold.IsAbandoned ? 1 : 0;
        Check(_inside < 0, $"units {_inside} and {unit} are both inside");
        _inside = unit;
        Step();
        return hold;
    }
}

using Plait.Memory;
using Plait.Synchronization;
using Plait.Synchronization.Engine;

namespace Plait.Tests.Synchronization.Scheduling;

/// <summary>Permits are acquired to hold, or taken and given back. Never more are out than there are.</summary>
internal sealed class SemaphoreTrial : Trial
{
    private readonly int _permits;
    private readonly Synchronizer _semaphore;
    private readonly ISemaphore[] _semaphores;
    private readonly (int Kind, TimeSpan Timeout)[][] _calls;
    private readonly bool _isHeldOnly;
    private readonly bool[] _isHolding;
    private int _out;
    private bool _isTold;

    /// <param name="scheduler">Who runs it.</param>
    /// <param name="chance">What it draws from.</param>
    /// <param name="isHeldOnly">No permits for good: what a dead unit took for good is gone.</param>
    public SemaphoreTrial(Scheduler scheduler, Chance chance, bool isHeldOnly)
        : base(scheduler, chance, chance.Between(2, 4))
    {
        _permits = chance.Between(1, Mortals - 1);
        _isHeldOnly = isHeldOnly;
        Scope scope = scheduler.Simulation.Scope;
        _semaphore = (Synchronizer)(chance.OneIn(2) ? scope.CreateSemaphore(_permits) : scope.CreateBoundedSemaphore(_permits, _permits));
        _semaphores = Attach<ISemaphore>(_semaphore);
        _isHolding = new bool[Mortals];
        _calls = [.. Enumerable.Range(0, Mortals).Select(_ => Calls())];
    }

    protected override void Act(int unit)
    {
        ISemaphore semaphore = _semaphores[unit];
        foreach ((int kind, TimeSpan timeout) in _calls[unit])
        {
            if (kind < 5 || _isHeldOnly)
            {
                Acquire(unit, semaphore, kind % 5, timeout);
            }
            else if (kind < 8)
            {
                semaphore.Wait(CancellationToken.None, string.Empty);
                TakeAndGive(unit, semaphore);
            }
            else if (semaphore.Wait(timeout, CancellationToken.None, string.Empty))
            {
                TakeAndGive(unit, semaphore);
            }
        }
    }

    public override unsafe void End()
    {
        Scheduler.Simulation.Memory.Liveness.SweepAll();
        ObjectRecord* record = _semaphore.Record;
        var semaphore = (ISemaphore)_semaphore;
        Check(semaphore.TryAcquire(out Hold hold, string.Empty), "no permit can be acquired at the end");
        Check(_isTold || hold.IsAbandoned || !_isHolding.Contains(value: true), "nobody was told of the death");
        hold.Release();
        Check(record->Count == _permits, $"{record->Count} permits at the end, not {_permits}");
        CheckAtRest(_semaphore);
    }

    private (int, TimeSpan)[] Calls() => [.. Enumerable.Range(0, Chance.Between(1, 2)).Select(_ => (Chance.Below(10), SomeTime()))];

    private void Acquire(int unit, ISemaphore semaphore, int kind, TimeSpan timeout)
    {
        Hold hold;
        bool isAcquired = true;
        switch (kind)
        {
            case 0:
                isAcquired = semaphore.TryAcquire(out hold, string.Empty);
                break;
            case 1 or 2:
                isAcquired = semaphore.TryAcquire(timeout, out hold, CancellationToken.None, string.Empty);
                break;
            default:
                hold = semaphore.Acquire(CancellationToken.None, string.Empty);
                break;
        }

        if (isAcquired)
        {
            Check(!hold.IsAbandoned || Scheduler.Deaths > 0, "abandoned, but nobody died");
            _isTold |= hold.IsAbandoned;
            _isHolding[unit] = true;
            Enter();
            hold = PerhapsHandedOver(hold);
            _isHolding[unit] = false;
            Leave(unit);
            hold.Release();
            Scheduler.Unit(unit).IsReleasing = false;
        }
    }

    private void TakeAndGive(int unit, ISemaphore semaphore)
    {
        Enter();
        Leave(unit);
        semaphore.Release();
        Scheduler.Unit(unit).IsReleasing = false;
    }

    private void Enter()
    {
        _out++;

        // What a dead one had comes back, and this does not see it.
        Check(_out <= _permits + Scheduler.Deaths, $"{_out} of {_permits} permits are out");
        Step();
        Step();
    }

    private void Leave(int unit)
    {
        _out--;
        Scheduler.Unit(unit).IsReleasing = true;
    }
}

using Plait.Synchronization;
using Plait.Synchronization.Engine;

namespace Plait.Tests.Synchronization.Scheduling;

/// <summary>Everybody runs the same thing; it is done once. Whoever throws, or dies, has not done it.</summary>
internal sealed class OnceTrial : Trial
{
    private readonly OwnedLock _once;
    private readonly IOnce[] _onces;
    private readonly int _thrower;
    private int _inside = -1;
    private int _done;

    public OnceTrial(Scheduler scheduler, Chance chance)
        : base(scheduler, chance, chance.Between(2, 4))
    {
        _once = (OwnedLock)scheduler.Simulation.Scope.CreateOnce();
        _onces = Attach<IOnce>(_once);
        _thrower = chance.Below(Mortals * 2);
    }

    public override void End()
    {
        Scheduler.Simulation.Memory.Liveness.SweepAll();
        Check(!_once.IsHeld, "it is run at the end");
        Check(_done == 1 || Scheduler.Deaths > 0, $"it was done {_done} times");
        CheckAtRest(_once);
    }

    protected override void Act(int unit)
    {
        try
        {
            _onces[unit].Run(() => Do(unit), CancellationToken.None, string.Empty);
        }
        catch (NotSupportedException)
        {
            return;
        }

        Check(_onces[unit].IsDone && _done > 0, $"unit {unit} went on before it was done");
    }

    private void Do(int unit)
    {
        Check(_inside < 0 || Scheduler.IsDead(_inside), $"units {_inside} and {unit} both do it");
        Check(_done == 0 || Scheduler.Deaths > 0, "it is done a second time");
        _inside = unit;
        Step();
        Step();
        _inside = -1;
        if (unit == _thrower)
        {
            throw new NotSupportedException();
        }

        _done++;
    }
}

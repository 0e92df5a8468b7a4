using Plait.Synchronization;
using Plait.Synchronization.Engine;
using Plait.Synchronization.Primitives;

namespace Plait.Tests.Synchronization.Scheduling;

/// <summary>
/// Several rounds at a barrier with an action. Nobody goes on before all have come and one has acted. In some, a party gives up after a
/// time or aborts: then all that are not through yet are told so. In others it is made whole again, and the round begins anew.
/// </summary>
internal sealed class BarrierTrial : Trial
{
    private readonly Synchronizer _barrier;
    private readonly ScopeBarrier[] _barriers;
    private readonly TimeSpan[] _timeouts;
    private readonly int _aborter;
    private readonly bool _mayBreak;
    private readonly bool _isMended;
    private readonly int[] _arrived;
    private readonly int[] _acted;
    private readonly int[] _ranks;
    private readonly bool[] _isIn;
    private int _round;

    public BarrierTrial(Scheduler scheduler, Chance chance)
        : base(scheduler, chance, chance.Between(2, 4))
    {
        int rounds = chance.Between(1, 3);
        _arrived = new int[rounds];
        _acted = new int[rounds];
        _ranks = new int[rounds];
        _isIn = new bool[Mortals];
        int kind = chance.Below(5);
        _mayBreak = kind >= 2;
        _isMended = kind == 4;
        _timeouts = [.. Enumerable.Range(0, Mortals).Select(_ => kind == 2 && chance.OneIn(2) ? SomeTime() : Timeout.InfiniteTimeSpan)];
        _aborter = kind >= 3 ? chance.Below(Mortals) : -1;
        _barrier = (Synchronizer)scheduler.Simulation.Scope.CreateBarrier(Mortals);
        _barriers = [.. scheduler.Simulation.Units.Take(Units).Select(unit => new ScopeBarrier(unit.Scope, _barrier.Index, Act))];
    }

    private bool IsBreakable => _mayBreak || Scheduler.Deaths > 0;

    public override unsafe void End()
    {
        Scheduler.Simulation.Memory.Liveness.SweepAll();
        CheckAtRest(_barrier);
        Check(_barrier.Record->State == 0 || Scheduler.Deaths > 0, $"the barrier's word is {_barrier.Record->State:x} at the end");
        for (int round = 0; round < _arrived.Length && !IsBreakable; round++)
        {
            Check(_acted[round] == 1, $"in round {round} {_acted[round]} acted");
            Check(_ranks[round] == (1 << Mortals) - 1, $"in round {round} the ranks were {_ranks[round]:b}");
        }
    }

    protected override void Act(int unit)
    {
        for (int round = 0; round < _arrived.Length; round++)
        {
            if (unit == _aborter && round == _arrived.Length - 1)
            {
                _barriers[unit].Abort();
                if (!_isMended)
                {
                    return;
                }
            }

            _arrived[round]++;
            while (!TryPass(unit, round))
            {
                Check(IsBreakable, "broken, though nobody broke it");
                if (!_isMended || Scheduler.Deaths > 0)
                {
                    return;
                }

                // Whoever sees it first; those who wait again already are not disturbed.
                if (_barriers[unit].IsBroken)
                {
                    _barriers[unit].Reset();
                }

                if (Scheduler.Deaths > 0)
                {
                    // The one who aborts for a death may have been before the repair.
                    _barriers[unit].Abort();
                    return;
                }
            }
        }
    }

    private bool TryPass(int unit, int round)
    {
        _isIn[unit] = true;
        try
        {
            int rank = _barriers[unit].Wait(_timeouts[unit], CancellationToken.None, string.Empty);
            Check(_arrived[round] == Mortals, $"unit {unit} passed round {round} when {_arrived[round]} of {Mortals} had come");
            Check(_acted[round] == 1 || _isMended, $"unit {unit} passed round {round} after {_acted[round]} actions");
            Check((_ranks[round] & (1 << rank)) == 0, $"rank {rank} was given twice in round {round}");
            _ranks[round] |= 1 << rank;
            return true;
        }
        catch (BrokenBarrierException)
        {
            return false;
        }
        finally
        {
            _isIn[unit] = false;
        }
    }

    // The dead one may have been between two rounds, where a barrier knows nothing of it.
    protected override void MakeUp(int unit) => _barriers[unit].Abort();

    private void Act()
    {
        if (_isMended)
        {
            Check(!_isIn.Contains(value: false) || Scheduler.Deaths > 0, "the action ran while a party was away");
            Step();
            return;
        }

        Check(_round < _arrived.Length && _arrived[_round] == Mortals, $"the action of round {_round} ran too early");
        Check(_ranks[_round] == 0, $"somebody passed round {_round} before its action");
        Step();
        _acted[_round++]++;
        Step();
    }
}

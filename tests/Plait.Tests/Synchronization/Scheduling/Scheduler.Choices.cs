using Plait.Interop;

namespace Plait.Tests.Synchronization.Scheduling;

/// <content>
/// Who is next. Random priorities, of which two change at random steps: a fault that needs three units or steps in a certain order is
/// found with a probability that can be stated (Burckhardt, Kothari, Musuvathi, Nagarakatte: "A Randomized Scheduler with Probabilistic
/// Guarantees of Finding Bugs", 2010). The clock has a priority like a unit: when it is its turn, the next timeout is over.
/// </content>
internal sealed partial class Scheduler
{
    private const int Changes = 2;
    private const int MostSteps = 30_000;
    private const int MostIntervals = 300;

    private readonly List<long> _changes = [];
    private readonly List<(SimulatedUnit Unit, long Step)> _victims = [];
    private Chance _chance = null!;
    private int _lowest;
    private int _clockPriority;
    private long _now;
    private long _steps;
    private long _nextChange;
    private int _deaths;
    private int _intervals;
    private int _nappers;
    private int _interruptions;
    private bool _isPidReused;
    private bool _mayPreempt;
    private volatile bool _isAborting;

    /// <summary>In a quarter of the schedules a unit is killed at some step, in a third of these another.</summary>
    public bool MayDie { get; set; }

    /// <summary>How many were killed, or ended without giving back what they had.</summary>
    public int Deaths => _deaths;

    private void Draw(Chance chance)
    {
        _chance = chance;
        _now = 1_000_000_000;
        _steps = 0;
        _lowest = 0;
        _deaths = _intervals = _nappers = 0;
        _isAborting = _mayPreempt = false;
        var priorities = new List<int>();
        for (int i = 0; i < _trial.Units; i++)
        {
            priorities.Insert(chance.Below(i + 1), (i + 1) * 10);
        }

        for (int i = 0; i < Simulation.MostUnits; i++)
        {
            _simulation.Units[i].Reset(i < _trial.Units ? priorities[i] : 0);
            if (i >= _trial.Units)
            {
                _simulation.Units[i].State = UnitState.Ended;
            }
        }

        DrawClock();
        int length = 20 << chance.Below(5);
        _changes.Clear();
        for (int i = 0; i < Changes; i++)
        {
            _changes.Add(chance.Between(1, length));
        }

        _changes.Sort();
        _nextChange = _changes[0];
        _interruptions = chance.OneIn(4) ? 3 : 0;
        _isPidReused = chance.OneIn(2);
        _victims.Clear();
        for (int i = 0; MayDie && i < _trial.MostDeaths && chance.OneIn(4 - i); i++)
        {
            _victims.Add((_simulation.Units[chance.Below(_trial.Mortals)], chance.Between(1, 8 << chance.Below(5))));
        }
    }

    private void DrawClock() => _clockPriority = (_chance.Below(_trial.Units + 1) * 10) + 5;

    private void Step(SimulatedUnit unit)
    {
        if (_isAborting || unit.IsDead)
        {
            throw new UnitStoppedException();
        }

        if (unit.IsAtomic)
        {
            return;
        }

        _steps++;
        if (_steps > MostSteps)
        {
            Check(fact: false, $"no end after {MostSteps} steps. {Describe()}");
        }

        unit.Steps++;
        foreach ((SimulatedUnit victim, long step) in _victims)
        {
            if (victim == unit && step == unit.Steps)
            {
                Kill(unit);
            }
        }

        if (_steps == _nextChange)
        {
            Change(unit);
            Choose(unit);
        }
        else if (_mayPreempt || (_nappers > 0 && IsNapOver()))
        {
            _mayPreempt = false;
            Choose(unit);
        }

        if (unit.IsFlushDue)
        {
            unit.Flush();
        }
    }

    private void Change(SimulatedUnit unit)
    {
        unit.Priority = --_lowest;
        _changes.RemoveAt(0);
        while (_changes.Count > 0 && _changes[0] <= _steps)
        {
            _changes.RemoveAt(0);
        }

        _nextChange = _changes.Count > 0 ? _changes[0] : long.MaxValue;
        if (_chance.OneIn(3))
        {
            // It was away for so long that others have lost patience.
            _now += 1_500_000;
        }
    }

    private void Kill(SimulatedUnit unit)
    {
        Note(unit, "is killed");
        unit.IsDead = true;
        unit.ForgetBuffer();
        _deaths++;
        _mayPreempt = true;
        throw new UnitStoppedException();
    }

    // Lets the best go on, which may be the caller. Returns when it is the caller's turn again.
    private void Choose(SimulatedUnit unit)
    {
        SimulatedUnit next = PickNext()!;
        if (next != unit)
        {
            TotalSwitches++;
            next.Signal();
            unit.Await();
        }

        if (_isAborting)
        {
            throw new UnitStoppedException();
        }
    }

    private unsafe bool IsNapOver()
    {
        foreach (SimulatedUnit unit in _simulation.Units)
        {
            if (unit.State == UnitState.Napping && *unit.Word != unit.Expected)
            {
                return true;
            }
        }

        return false;
    }

    // The unit whose turn it is; null when all have ended.
    private unsafe SimulatedUnit? PickNext()
    {
        while (true)
        {
            SimulatedUnit? best = null;
            SimulatedUnit? timed = null;
            SimulatedUnit? napper = null;
            SimulatedUnit? sleeper = null;
            SimulatedUnit? watcher = null;
            foreach (SimulatedUnit unit in _simulation.Units)
            {
                switch (unit.State)
                {
                    case UnitState.Ended:
                        continue;
                    case UnitState.Asleep when unit.Deadline <= _now:
                        unit.WakeUp(FutexResult.TimedOut);
                        break;
                    case UnitState.Asleep when unit.IsTimed:
                        timed = timed is null || unit.Deadline < timed.Deadline ? unit : timed;
                        continue;
                    case UnitState.Asleep:
                        sleeper = sleeper is null || unit.Deadline < sleeper.Deadline ? unit : sleeper;
                        continue;
                    case UnitState.Napping when *unit.Word == unit.Expected && !_isAborting:
                        napper = napper is null || unit.Deadline < napper.Deadline ? unit : napper;
                        continue;
                    case UnitState.Napping:
                        _nappers--;
                        unit.WakeUp(FutexResult.LookAgain);
                        break;
                    case UnitState.Watching when _deaths == 0:
                        watcher = unit;
                        continue;
                    case UnitState.Watching:
                        unit.State = UnitState.Ready;
                        break;
                }

                best = best is null || unit.Priority > best.Priority ? unit : best;
            }

            if (_isAborting)
            {
                return best ?? timed ?? sleeper ?? watcher;
            }

            if (timed is not null && (best is null || _clockPriority > best.Priority))
            {
                Advance(timed.Deadline);
                DrawClock();
            }
            else if (best is not null)
            {
                return best;
            }
            else if (napper is not null)
            {
                Advance(napper.Deadline);
                _nappers--;
                napper.WakeUp(FutexResult.TimedOut);
            }
            else if (sleeper is not null)
            {
                SleepOn(sleeper);
            }
            else if (watcher is not null)
            {
                watcher.State = UnitState.Ready;
            }
            else
            {
                return null;
            }
        }
    }

    // Everybody sleeps, and nobody has asked to be woken by the clock. The engine's own interval makes up for deaths, for nothing else.
    private void SleepOn(SimulatedUnit first)
    {
        if (_deaths == 0)
        {
            Fail($"a wake-up was lost: all sleep. {Describe()}");
        }
        else if (++_intervals > MostIntervals)
        {
            Fail($"nobody makes up for the death: {MostIntervals} intervals have passed. {Describe()}");
        }
        else
        {
            Advance(first.Deadline);
        }
    }

    private void Advance(long time) => _now = Math.Max(_now, time);
}

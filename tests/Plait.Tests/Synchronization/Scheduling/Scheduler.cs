using Plait.Memory;
using Plait.Synchronization.Engine;

namespace Plait.Tests.Synchronization.Scheduling;

/// <summary>How a schedule failed.</summary>
/// <param name="Seed">The same seed fails in the same way.</param>
/// <param name="Message">What was wrong.</param>
internal sealed record ScheduleFailure(ulong Seed, string Message);

/// <summary>Leaves a unit that must not do anything any more: the schedule has failed, or the unit was killed.</summary>
internal sealed class UnitStoppedException : Exception;

/// <summary>
/// Runs trials, one schedule for each seed. The units are real threads of which one runs at a time; before every shared operation of
/// the engine another may be chosen, by what the seed says. See "The scheduler" in docs/design/locks.md.
/// </summary>
internal sealed partial class Scheduler : IDisposable
{
    private readonly Simulation _simulation;
    private readonly List<Thread> _threads = [];
    private readonly SemaphoreSlim _batchEnd = new(0);

    [ThreadStatic]
    private static SimulatedUnit? t_unit;

    private Func<Scheduler, Chance, Trial> _make = null!;
    private Trial _trial = null!;
    private PlantedBug? _bug;
    private ulong _seed;
    private ulong _lastSeed;
    private ScheduleFailure? _failure;
    private volatile bool _isClosing;
    private long _schedules;
    private long _progress;

    public Scheduler()
    {
        _simulation = new Simulation();
        foreach (SimulatedUnit unit in _simulation.Units)
        {
            var thread = new Thread(() => Loop(unit)) { IsBackground = true, Name = $"unit {unit.Number}" };
            _threads.Add(thread);
            thread.UnsafeStart();
            _batchEnd.Wait();
        }

        _simulation.Remember();
    }

    public Simulation Simulation => _simulation;

    /// <summary>Of all batches.</summary>
    public long TotalSteps { get; private set; }

    public long TotalSwitches { get; private set; }

    public long Schedules => _schedules;

    /// <summary>Runs one schedule for each of the seeds; the first failure, or null.</summary>
    public ScheduleFailure? Run(Func<Scheduler, Chance, Trial> make, ulong firstSeed, int schedules, PlantedBug? bug = null, bool isTraced = false)
    {
        (_make, _bug, _seed, _lastSeed, _failure) = (make, bug, firstSeed, firstSeed + (ulong)schedules - 1, null);
        _trace = isTraced ? [] : null;
        Begin().Signal();
        long seen = -1;
        while (!_batchEnd.Wait(TimeSpan.FromSeconds(60)))
        {
            long now = Interlocked.Read(ref _progress);
            if (now == seen)
            {
                throw new TimeoutException($"The schedule of seed {_seed} stands still: a unit blocks on something that the scheduler does not see. {Describe()}");
            }

            seen = now;
        }

        return _failure;
    }

    /// <summary>The steps of a schedule, as they come.</summary>
    public string Trace(Func<Scheduler, Chance, Trial> make, ulong seed, PlantedBug? bug = null)
    {
        ScheduleFailure? failure = Run(make, seed, 1, bug, isTraced: true);
        return string.Join('\n', _trace!.TakeLast(400)) + $"\n{failure?.Message}";
    }

    /// <summary>Fails the schedule if the fact is not one.</summary>
    public void Check(bool fact, string what)
    {
        if (!fact)
        {
            Fail(what);
            throw new UnitStoppedException();
        }
    }

    /// <summary>A point between two calls of the trial, at which another unit may go on.</summary>
    public void Between()
    {
        if (t_unit is { } unit)
        {
            Step(unit);
        }
    }

    /// <summary>Does something in one step.</summary>
    public void Atomically(Action action)
    {
        SimulatedUnit unit = t_unit!;
        Step(unit);
        unit.IsAtomic = true;
        action();
        unit.IsAtomic = false;
    }

    /// <summary>The calling unit is killed here.</summary>
    public void Die() => Kill(t_unit!);

    /// <summary>Sleeps until a unit has died; false when all others ended without.</summary>
    public bool AwaitDeath()
    {
        SimulatedUnit unit = t_unit!;
        Step(unit);
        if (_deaths == 0)
        {
            unit.State = UnitState.Watching;
            Choose(unit);
        }

        return _deaths > 0;
    }

    /// <summary>
    /// Goes on as the same unit on a thread that the engine has never seen, and that ends with the action: the unit takes a record for
    /// it and gives that back.
    /// </summary>
    public void OnNewThread(Action action)
    {
        SimulatedUnit unit = t_unit!;
        bool isStopped = false;
        var thread = new Thread(() =>
        {
            Shared.Interleaver = this;
            t_unit = unit;
            try
            {
                action();
                Agents.EndThread();
            }
            catch (UnitStoppedException)
            {
                isStopped = true;
            }
            catch (Exception error)
            {
                Fail($"unit {unit.Number} threw {error}");
                isStopped = true;
            }

            // A schedule that has failed leaves the memory in the middle of something: not what the end of a thread can go through.
            t_unit = null;
            _simulation.Restore(isStopped);
            Agents.EndThread();
        });
        thread.UnsafeStart();
        thread.Join();
        if (isStopped)
        {
            throw new UnitStoppedException();
        }
    }

    public bool IsDead(int unit) => _simulation.Units[unit].IsDead;

    public SimulatedUnit Unit(int unit) => _simulation.Units[unit];

    public void Dispose()
    {
        _isClosing = true;
        foreach (SimulatedUnit unit in _simulation.Units)
        {
            unit.Signal();
        }

        foreach (Thread thread in _threads)
        {
            thread.Join();
        }

        _simulation.Dispose();
        _batchEnd.Dispose();
    }

    private void Fail(string what)
    {
        _failure ??= new ScheduleFailure(_seed, what);
        _isAborting = true;
    }

    private void Loop(SimulatedUnit unit)
    {
        Shared.Interleaver = this;
        _simulation.Prepare(unit);
        _batchEnd.Release();
        bool isMine = false;
        while (true)
        {
            if (!isMine)
            {
                unit.Await();
            }

            if (_isClosing)
            {
                Agents.EndThread();
                return;
            }

            Live(unit);
            SimulatedUnit? next = PickNext() ?? End();
            isMine = next == unit;
            if (next is null)
            {
                _batchEnd.Release();
            }
            else if (!isMine)
            {
                TotalSwitches++;
                next.Signal();
            }
        }
    }

    private void Live(SimulatedUnit unit)
    {
        t_unit = unit;
        try
        {
            if (!_isAborting)
            {
                // What is kept outside of the records begins anew as well.
                Agents.Current(unit.Memory).CountFromTheStart();
                unit.Memory.ProcessAgent.CountFromTheStart();
                _trial.Run(unit.Number);
                unit.Flush();
            }
        }
        catch (UnitStoppedException)
        {
            // It was killed, or the schedule has failed.
        }
        catch (Exception error)
        {
            Fail($"unit {unit.Number} threw {error}");
        }

        t_unit = null;
        unit.State = UnitState.Ended;
        Note(unit, unit.IsDead ? "is dead" : "ends");
    }

    // The next schedule; null when the batch is over.
    private SimulatedUnit? End()
    {
        TotalSteps += _steps;
        _schedules++;
        Interlocked.Increment(ref _progress);
        if (!_isAborting)
        {
            try
            {
                _trial.End();
            }
            catch (UnitStoppedException)
            {
                // Noted already.
            }
            catch (Exception error)
            {
                Fail($"after the end: {error}");
            }
        }

        _simulation.Restore(isDue: true);
        if (_failure is not null || _seed == _lastSeed)
        {
            return null;
        }

        _seed++;
        return Begin();
    }

    private SimulatedUnit Begin()
    {
        var chance = new Chance(_seed);
        _trial = _make(this, chance);
        Draw(chance);
        return PickNext()!;
    }
}

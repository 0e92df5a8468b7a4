using Plait.Interop;
using Plait.Memory;

namespace Plait.Tests.Synchronization.Scheduling;

/// <content>The shared operations: each is a step, before which others may go on. Threads that are no unit at the moment just do them.</content>
internal sealed unsafe partial class Scheduler : IInterleaver
{
    private List<string>? _trace;

    long IInterleaver.Now => _now;

    public static void Write(void* place, int bytes, ulong value)
    {
        if (bytes == sizeof(ulong))
        {
            Volatile.Write(ref *(ulong*)place, value);
        }
        else
        {
            Volatile.Write(ref *(uint*)place, (uint)value);
        }
    }

    uint IInterleaver.Load(uint* place)
    {
        if (t_unit is not { } unit)
        {
            return Volatile.Read(ref *place);
        }

        Step(unit);
        uint value = *place;
        if (_bug is not null)
        {
            // Its own stores it sees.
            foreach ((nint delayed, _, ulong stored) in unit.Buffer)
            {
                value = delayed == (nint)place ? (uint)stored : value;
            }

            value = _bug.Loaded(unit, PlaceOf(place), value);
        }

        unit.WasInterrupted = false;
        Note(unit, "loads", place, value);
        return value;
    }

    void IInterleaver.Store(void* place, int bytes, ulong value)
    {
        if (t_unit is not { } unit)
        {
            Write(place, bytes, value);
            return;
        }

        // Records of agents and blocks are taken and freed inside the allocation guard, which is a lock of the process as well: nobody may come between.
        if (_simulation.Memory.Header->AllocationGuard == 0)
        {
            Step(unit);
        }

        Note(unit, "stores", place, value);
        if (_bug is not null)
        {
            Place where = PlaceOf(place);
            value = _bug.Stored(unit, where, value);
            if (_bug.IsDelayed(unit, where, value))
            {
                Note(unit, "delays that");
                unit.Delay(place, bytes, value);
                return;
            }

            if (_bug.IsDelayedForOthers(unit, where))
            {
                Note(unit, "delays that, for others");
                unit.DelayForOthers(place, bytes, value);
                return;
            }

            Overtake(unit, where, value);
            Write(place, bytes, value);
            return;
        }

        Write(place, bytes, value);
    }

    ulong IInterleaver.CompareExchange(void* place, int bytes, ulong value, ulong expected)
    {
        if (t_unit is not { } unit)
        {
            return Exchange(place, bytes, value, expected);
        }

        Step(unit);
        if (_bug is null)
        {
            ulong found = Exchange(place, bytes, value, expected);
            Note(unit, found == expected ? "exchanges" : "does not exchange", place, found == expected ? value : found);
            return found;
        }

        Place where = PlaceOf(place);
        value = _bug.Exchanged(unit, where, value);
        ulong before = Exchange(place, bytes, value, expected);
        if (before != expected && _bug.IsLetIn(unit, where))
        {
            before = expected;
        }

        Note(unit, before == expected ? "exchanges" : "does not exchange", place, before == expected ? value : before);
        if (before == expected)
        {
            Overtake(unit, where, value);
        }

        return before;
    }

    uint IInterleaver.Exchange(uint* place, uint value)
    {
        if (t_unit is not { } unit)
        {
            return Interlocked.Exchange(ref *place, value);
        }

        Step(unit);
        Note(unit, "exchanges", place, value);
        uint before = *place;
        Place where = PlaceOf(place);
        *place = (uint)(_bug?.Exchanged(unit, where, value) ?? value);
        Overtake(unit, where, value);
        return before;
    }

    uint IInterleaver.Or(uint* place, uint bits) => Change(place, *place | bits);

    uint IInterleaver.And(uint* place, uint bits) => Change(place, *place & bits);

    FutexResult IInterleaver.Sleep(uint* word, uint expected, long deadline)
    {
        if (t_unit is not { } unit)
        {
            return Futex.Wait(word, expected, MonotonicClock.Now + 50_000);
        }

        Step(unit);
        if (*word != expected)
        {
            Note(unit, "need not sleep on", word, *word);
            return FutexResult.LookAgain;
        }

        Place place = PlaceOf(word);
        bool isPark = place is { Part: MemoryPart.Agent, Offset: Place.Park };
        if (_interruptions > 0 && _chance.OneIn(2))
        {
            Note(unit, "is interrupted when it is to sleep on", word, expected);
            _interruptions--;
            unit.WasInterrupted = isPark;
            return FutexResult.LookAgain;
        }

        Note(unit, "sleeps on", word, expected);
        long asked = isPark ? _simulation.Memory.Agent(place.Index)->WaitDeadline : 0;
        unit.FallAsleep(isPark ? UnitState.Asleep : UnitState.Napping, word, expected, deadline, isPark && asked == deadline);
        _nappers += isPark ? 0 : 1;
        Choose(unit);
        unit.HasTimedOut = isPark && unit.IsTimed && unit.Result == FutexResult.TimedOut;
        Note(unit, unit.Result == FutexResult.TimedOut ? "is out of time" : "is awake");
        return unit.Result;
    }

    void IInterleaver.Wake(uint* word, int count)
    {
        if (t_unit is not { } unit)
        {
            return;
        }

        Step(unit);
        Note(unit, "wakes", word, *word);
        foreach (SimulatedUnit sleeper in _simulation.Units)
        {
            if (count > 0 && sleeper.State == UnitState.Asleep && sleeper.Word == word)
            {
                count--;
                sleeper.WakeUp(FutexResult.LookAgain);
                _mayPreempt = true;
            }
        }

        unit.IsFlushDue |= unit.Buffer.Count > 0 && _bug!.IsOvertakenByWake(unit, PlaceOf(word));
    }

    void IInterleaver.Between() => Between();

    void IInterleaver.Pause()
    {
        // The look before it is a step.
    }

    ulong? IInterleaver.StartTimeOf(int pid)
    {
        foreach (SimulatedUnit unit in _simulation.Units)
        {
            if (unit.Pid == pid && unit.IsDead)
            {
                // Somebody may have its number again.
                ulong? reused = _isPidReused ? unit.StartTime + 1 : null;
                return _bug is null ? reused : _bug.StartTime(unit, reused);
            }
        }

        return Simulation.StartTimeOf(pid);
    }

    bool IInterleaver.HasThread(int pid, int thread) => !_simulation.Units.Exists(unit => unit.Pid == pid && unit.IsDead);

    private static ulong Exchange(void* place, int bytes, ulong value, ulong expected) => bytes == sizeof(ulong)
        ? Interlocked.CompareExchange(ref *(ulong*)place, value, expected)
        : Interlocked.CompareExchange(ref *(uint*)place, (uint)value, (uint)expected);

    private void Overtake(SimulatedUnit unit, Place place, ulong value)
    {
        if (unit.Buffer.Count > 0 && _bug!.IsOvertaking(unit, place, value))
        {
            unit.Hide();
            unit.IsFlushDue = true;
        }
    }

    private uint Change(uint* place, uint value)
    {
        if (t_unit is { } unit)
        {
            Step(unit);
            Note(unit, "changes", place, value);
        }

        uint before = *place;
        *place = value;
        return before;
    }

    private Place PlaceOf(void* place) => Place.Of(_simulation.Memory, place);

    private void Note(SimulatedUnit unit, string what) => _trace?.Add($"{_steps,6} {unit.Number} {what}");

    private void Note(SimulatedUnit unit, string what, void* place, ulong value)
    {
        if (_trace is not null)
        {
            Note(unit, $"{what} {PlaceOf(place)}: {value:x}");
        }
    }

    private string Describe() => string.Join("; ", _simulation.Units.Take(_trial.Units).Select(unit =>
        $"unit {unit.Number} {(unit.IsDead ? "is dead" : unit.State.ToString().ToLowerInvariant())}{(unit.Word is null ? string.Empty : $" on {PlaceOf(unit.Word)}")}"));
}

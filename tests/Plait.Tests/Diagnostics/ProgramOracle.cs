namespace Plait.Tests.Diagnostics;

/// <summary>
/// What is true of a generated program at each moment, by a model of its own that shares nothing with the library: locks with queues in the order of arrival, and
/// readers together.
/// </summary>
internal sealed class ProgramOracle(int units, int locks)
{
    private readonly Dictionary<int, Wish>[] _holders = [.. Enumerable.Range(0, locks).Select(static _ => new Dictionary<int, Wish>())];
    private readonly List<(int Unit, Wish Wish)>[] _queues = [.. Enumerable.Range(0, locks).Select(static _ => new List<(int, Wish)>())];

    // Of each unit: what it waits for, or -1, and when it began; and whether that ends by itself.
    private readonly int[] _waitsFor = [.. Enumerable.Repeat(-1, units)];
    private readonly int[] _began = new int[units];
    private readonly bool[] _isTimed = new bool[units];
    private int _clock;

    public int WaitsFor(int unit) => _waitsFor[unit];

    public bool IsTimed(int unit) => _isTimed[unit];

    /// <summary>When the unit's wait began: later ones have higher numbers.</summary>
    public int Began(int unit) => _began[unit];

    public bool Holds(int unit, int target) => _holders[target].ContainsKey(unit);

    /// <summary>True when it has it at once; else it waits.</summary>
    public bool Acquire(int unit, int target, Wish wish, bool isTimed)
    {
        if (_queues[target].Count == 0 && Fits(target, wish))
        {
            _holders[target].Add(unit, wish);
            return true;
        }

        _queues[target].Add((unit, wish));
        (_waitsFor[unit], _isTimed[unit], _began[unit]) = (target, isTimed, ++_clock);
        return false;
    }

    public void Release(int unit, int target)
    {
        _holders[target].Remove(unit);
        Grant(target);
    }

    public void GiveUp(int unit)
    {
        int target = _waitsFor[unit];
        _queues[target].RemoveAll(waiter => waiter.Unit == unit);
        _waitsFor[unit] = -1;
        Grant(target);
    }

    /// <summary>The units that all have to do something before the unit's wait can end.</summary>
    public HashSet<int> Blockers(int unit)
    {
        int target = _waitsFor[unit];
        HashSet<int> found = [.. _holders[target].Keys];
        found.UnionWith(_queues[target].TakeWhile(waiter => waiter.Unit != unit).Select(static waiter => waiter.Unit));
        return found;
    }

    /// <summary>The units that wait for each other in a circle: found by taking away whoever can go on, until nobody can.</summary>
    public HashSet<int> Deadlocked()
    {
        HashSet<int> stuck = [.. Enumerable.Range(0, _waitsFor.Length).Where(unit => _waitsFor[unit] >= 0 && !_isTimed[unit])];
        while (stuck.RemoveWhere(unit => !Blockers(unit).Overlaps(stuck)) > 0)
        {
        }

        // Left are circles, and who stands behind one: that is not in it, for no way leads back.
        return [.. stuck.Where(unit => LeadsTo(unit, unit, stuck))];
    }

    private bool LeadsTo(int from, int to, HashSet<int> within)
    {
        var reached = new HashSet<int>();
        var next = new Stack<int>(Blockers(from).Where(within.Contains));
        while (next.TryPop(out int unit))
        {
            if (unit == to)
            {
                return true;
            }

            if (reached.Add(unit))
            {
                foreach (int blocker in Blockers(unit).Where(within.Contains))
                {
                    next.Push(blocker);
                }
            }
        }

        return false;
    }

    private bool Fits(int target, Wish wish) => _holders[target].Count == 0 || (wish == Wish.ToRead && _holders[target].Values.All(static held => held == Wish.ToRead));

    private void Grant(int target)
    {
        while (_queues[target] is [var (unit, wish), ..] && Fits(target, wish))
        {
            _queues[target].RemoveAt(0);
            _holders[target].Add(unit, wish);
            _waitsFor[unit] = -1;
        }
    }
}

namespace Plait.Scheduling;

/// <summary>
/// How long the next run of a name will take: the exponential average of its past runs, next = a * last + (1 - a) * previous prediction
/// (Silberschatz, Galvin, Gagne, Operating System Concepts, "Shortest-job-first scheduling").
/// </summary>
internal sealed class RunPredictor(double initial, double alpha)
{
    /// <summary>Names in each of the two tables: programs that make up names without end must not fill the memory with them.</summary>
    private const int MaxNames = 4096;

    // Two generations: what is asked for moves into the young one, and what was not asked for while 4096 others were is forgotten.
    private Dictionary<string, double> _young = new(StringComparer.Ordinal);
    private Dictionary<string, double> _old = new(StringComparer.Ordinal);

    public double Predict(string? name) =>
        name is null ? initial : _young.TryGetValue(name, out double cost) || _old.TryGetValue(name, out cost) ? cost : initial;

    public void Learn(string? name, long ran)
    {
        if (name is null)
        {
            return;
        }

        double next = (alpha * ran) + ((1 - alpha) * Predict(name));
        if (_young.Count >= MaxNames && !_young.ContainsKey(name))
        {
            (_young, _old) = (_old, _young);
            _young.Clear();
        }

        _young[name] = next;
    }

    /// <summary>The cost an entry gives, or else the prediction for its name.</summary>
    public long CostOf(SchedulingEntry entry)
    {
        long cost = entry.ExpectedCost;
        return cost > 0 ? cost : (long)Math.Min(Predict(entry.Name), long.MaxValue / 2);
    }
}

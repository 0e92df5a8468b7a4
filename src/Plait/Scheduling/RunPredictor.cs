using System.Numerics;

namespace Plait.Scheduling;

/// <summary>
/// How long the next run of a name will take: the exponential average of its past runs, next = a * last + (1 - a) * previous prediction
/// (Silberschatz, Galvin, Gagne, Operating System Concepts, "Shortest-job-first scheduling").
/// </summary>
internal sealed class RunPredictor(double initial, double alpha)
{
    /// <summary>Names in each of the two tables: programs that make up names without end must not fill the memory with them.</summary>
    private const int MaxNames = 4096;

    // Of a prediction, as many bits as tell what differs by more than the noise of one clock.
    private const int PredictedBits = 4;

    // Two generations: what is learned moves into the young one, and what was not heard of while 4096 others were is forgotten.
    private Dictionary<string, Average> _young = new(StringComparer.Ordinal);
    private Dictionary<string, Average> _old = new(StringComparer.Ordinal);

    // The last one asked for, in the young generation: many runs of one name follow each other.
    private string? _lastName;
    private Average? _last;

    public double Predict(string? name) => name is not null && Find(name) is { } average ? average.Cost : initial;

    public void Learn(string? name, long ran)
    {
        if (name is null)
        {
            return;
        }

        Average? average = Find(name);
        if (!ReferenceEquals(average, _last) || average is null)
        {
            average = Renew(name, average);
        }

        average.Cost = (alpha * ran) + ((1 - alpha) * average.Cost);
    }

    /// <summary>
    /// The cost an entry gives, or else the prediction for its name, of which the four highest bits count: runs of one name never take the same time to the
    /// nanosecond, and what differs by less than an eighth is to run in the order of arrival.
    /// </summary>
    public long CostOf(SchedulingEntry entry)
    {
        long cost = entry.ExpectedCost;
        return cost > 0 ? cost : Rounded((long)Math.Min(Predict(entry.Name), long.MaxValue / 2));
    }

    private static long Rounded(long prediction)
    {
        int noise = Math.Max(0, 64 - BitOperations.LeadingZeroCount((ulong)prediction) - PredictedBits);
        return prediction >> noise << noise;
    }

    private Average? Find(string name)
    {
        if (ReferenceEquals(name, _lastName))
        {
            return _last;
        }

        if (_young.TryGetValue(name, out Average? average))
        {
            (_lastName, _last) = (name, average);
            return average;
        }

        return _old.GetValueOrDefault(name);
    }

    // Into the young generation.
    private Average Renew(string name, Average? average)
    {
        if (_young.Count >= MaxNames)
        {
            (_young, _old) = (_old, _young);
            _young.Clear();
        }

        average ??= new Average { Cost = initial };
        _young[name] = average;
        (_lastName, _last) = (name, average);
        return average;
    }

    private sealed class Average
    {
        public double Cost;
    }
}

namespace Plait.Execution;

/// <summary>Gathers all values of a map in an array, a range at a time.</summary>
internal sealed class MapCollector<TOut>(MapRun<TOut> run, bool skipsFailures)
{
    private TOut[] _values = [];
    private int _count;

    /// <summary>False: wait. True: <see cref="ToArray"/> has them all.</summary>
    public bool TryGoOn()
    {
        MapStep step;
        while ((step = run.StepToValues(skipsFailures)) == MapStep.Values)
        {
            Add(run.Values.AsSpan(run.First, run.End - run.First));
        }

        return step == MapStep.End;
    }

    public TOut[] ToArray() => _values.Length == _count ? _values : _values[.._count];

    private void Add(ReadOnlySpan<TOut> values)
    {
        if (_values.Length - _count < values.Length)
        {
            // As many as there will be, when that is known: then nothing is copied twice.
            long most = Math.Min(Math.Max(run.Total ?? 0, _count + values.Length), Array.MaxLength);
            if (most == _count + values.Length && _values.Length > 0)
            {
                most = Math.Min(Math.Max(most, _values.Length * 2L), Array.MaxLength);
            }

            var bigger = new TOut[(int)most];
            _values.AsSpan(0, _count).CopyTo(bigger);
            _values = bigger;
        }

        values.CopyTo(_values.AsSpan(_count));
        _count += values.Length;
    }
}

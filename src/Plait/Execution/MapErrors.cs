namespace Plait.Execution;

/// <summary>The failed items of a map. Safe for all threads.</summary>
internal sealed class MapErrors
{
    // Guarded by itself.
    private readonly List<MapError> _errors = [];

    public void Add(long index, Exception exception)
    {
        lock (_errors)
        {
            _errors.Add(new MapError(index, exception));
        }
    }

    /// <summary>A copy, in the order of the input.</summary>
    public MapError[] ToArray()
    {
        MapError[] copy;
        lock (_errors)
        {
            copy = [.. _errors];
        }

        Array.Sort(copy, static (left, right) => left.Index.CompareTo(right.Index));
        return copy;
    }
}

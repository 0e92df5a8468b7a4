namespace Plait.Execution;

/// <summary>How many items the next chunk should have, from the time that items took lately.</summary>
internal sealed class MapChunkSizer(int fixedSize, int window, int largest)
{
    public const int Largest = 16_384;

    // Long enough that handing a chunk over costs little beside it, short enough that nobody waits for its end. Executors
    // that send ahead what takes up to 5 ms still do.
    private const double Target = 4_000_000;

    // Shorter chunks cost more than the better balance at the end of the input is worth.
    private const double Shortest = 200_000;

    // Time and number of the items seen, each older message counting half: a slow start (compilation) is soon forgotten.
    private double _nanoseconds;
    private double _items;

    /// <summary>Whether anything is known yet.</summary>
    public bool HasMeasured => _items > 0;

    public void Add(int items, long nanoseconds)
    {
        _nanoseconds = (_nanoseconds / 2) + Math.Max(nanoseconds, 0);
        _items = (_items / 2) + items;
    }

    /// <summary>The size of the next chunk, with so many workers and, if that is known, so many items left.</summary>
    public int Next(int workers, long? left)
    {
        int most = window > 0 ? (int)Math.Max(1, window / (2L * workers)) : int.MaxValue;
        most = Math.Min(most, largest);
        if (fixedSize > 0)
        {
            return Math.Min(fixedSize, most);
        }

        most = Math.Min(most, Largest);
        if (_items == 0)
        {
            return 1;
        }

        double each = Math.Max(_nanoseconds / _items, 0.1);
        double size = Target / each;
        if (left is { } rest)
        {
            // Guided: the chunks get smaller towards the end, so that the workers end together.
            size = Math.Min(size, Math.Max(rest / (2.0 * workers), Shortest / each));
        }

        return (int)Math.Clamp(size, 1, most);
    }
}

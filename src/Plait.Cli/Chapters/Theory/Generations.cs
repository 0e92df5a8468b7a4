namespace Plait.Cli.Chapters.Theory;

/// <summary>
/// A heap in three generations: what is new is scanned often, what has survived some scans moves up and is scanned seldom. Which objects are
/// still referred to, the test of the heap says.
/// </summary>
internal sealed class Generations(Func<Cell, bool> isLive)
{
    /// <summary>So many scans make an object older.</summary>
    public const int ScansToPromote = 2;

    /// <summary>So many scans of a generation make one of the next.</summary>
    public const int ScansBetween = 10;

    private const int NewPerScan = 100;
    private readonly List<Cell>[] _cells = [[], [], []];
    private int _made;

    /// <summary>How often each generation was scanned.</summary>
    public int[] Scans { get; } = new int[3];

    /// <summary>Objects looked at in all scans.</summary>
    public long Visited { get; private set; }

    /// <summary>What full scans would have looked at instead.</summary>
    public long VisitedByFullScans { get; private set; }

    public int Live(int generation) => _cells[generation].Count;

    public Cell Make()
    {
        var cell = new Cell();
        _cells[0].Add(cell);
        if (++_made % NewPerScan == 0)
        {
            VisitedByFullScans += _cells.Sum(static cells => (long)cells.Count);
            Scan(0);
        }

        return cell;
    }

    private void Scan(int generation)
    {
        Visited += _cells[generation].Count;
        _cells[generation].RemoveAll(cell => !isLive(cell));
        foreach (Cell cell in _cells[generation].ToArray())
        {
            if (++cell.Scans >= ScansToPromote && generation < 2)
            {
                cell.Scans = 0;
                cell.Generation = generation + 1;
                _cells[generation].Remove(cell);
                _cells[generation + 1].Add(cell);
            }
        }

        if (++Scans[generation] % ScansBetween == 0 && generation < 2)
        {
            Scan(generation + 1);
        }
    }
}

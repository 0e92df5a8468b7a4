namespace Plait.Cli.Chapters.Theory;

/// <summary>An object of a made-up heap: what it refers to, and what collectors write on it.</summary>
internal sealed class Cell
{
    public List<Cell> References { get; } = [];

    /// <summary>How many references there are to it.</summary>
    public int Count { get; set; }

    public bool IsMarked { get; set; }

    public int Generation { get; set; }

    public int Scans { get; set; }
}

/// <summary>Objects by reference counts: each goes at the moment in which the last reference to it goes.</summary>
internal sealed class CountedHeap
{
    public int Live { get; private set; }

    public Cell Make()
    {
        Live++;
        return new Cell { Count = 1 };
    }

    public static void Refer(Cell from, Cell to)
    {
        from.References.Add(to);
        to.Count++;
    }

    public void Drop(Cell cell)
    {
        if (--cell.Count == 0)
        {
            Live--;
            cell.References.ForEach(Drop);
        }
    }

    public void Break(Cell from, Cell to)
    {
        from.References.Remove(to);
        Drop(to);
    }
}

/// <summary>Marks what can be reached from the roots, sweeps the rest; the program stands still meanwhile.</summary>
internal sealed class MarkSweep(List<Cell> heap)
{
    /// <summary>Objects that were looked at to be marked.</summary>
    public int Marked { get; private set; }

    public int Collect(params IEnumerable<Cell> roots)
    {
        Marked = 0;
        var toVisit = new Stack<Cell>(roots);
        while (toVisit.TryPop(out Cell? cell))
        {
            if (!cell.IsMarked)
            {
                cell.IsMarked = true;
                Marked++;
                cell.References.ForEach(toVisit.Push);
            }
        }

        int swept = heap.RemoveAll(static cell => !cell.IsMarked);
        heap.ForEach(static cell => cell.IsMarked = false);
        return swept;
    }
}

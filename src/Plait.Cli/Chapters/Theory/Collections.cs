using System.Runtime.CompilerServices;

namespace Plait.Cli.Chapters.Theory;

/// <summary>Collections that are timed: of the made-up heap, and of .NET's own.</summary>
internal static class Collections
{
    private const int Runs = 3;

    /// <summary>How many objects mark and sweep looks at when so many are alive, and how long that takes at best.</summary>
    public static (int Marked, TimeSpan Time) Pause(ChapterContext context, int live)
    {
        // A tree: each has two more below it.
        List<Cell> heap = [.. Enumerable.Range(0, live).Select(static _ => new Cell())];
        Cell root = heap[0];
        for (int i = 1; i < live; i++)
        {
            heap[(i - 1) / 2].References.Add(heap[i]);
        }

        var collector = new MarkSweep(heap);
        TimeSpan least = TimeSpan.MaxValue;
        for (int run = 0; run < Runs; run++)
        {
            long start = context.Time.GetTimestamp();
            _ = collector.Collect(root);
            TimeSpan took = context.Time.GetElapsedTime(start);
            least = took < least ? took : least;
        }

        context.Say($"{collector.Marked} objects alive: the program stands still for {least.TotalMilliseconds:0.00} ms");
        return (collector.Marked, least);
    }

    /// <summary>What .NET's collector says of itself: it has three generations and no counts.</summary>
    public static void ShowOurs(ChapterContext context)
    {
        WeakReference cycle = MakeCycle();
        object lasting = new();
        int born = GC.GetGeneration(lasting);
        GC.Collect();
        GC.Collect();
        int grown = GC.GetGeneration(lasting);
        GCMemoryInfo last = GC.GetGCMemoryInfo(GCKind.FullBlocking);
        context.Fact("net_generation_at_first", born);
        context.Fact("net_generation_after_two_scans", grown);
        context.Fact("net_cycle_is_freed", !cycle.IsAlive);
        context.Fact("net_collections", new[] { GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2) });
        context.Fact("net_last_pause_ms", last.PauseDurations[0].TotalMilliseconds);
        context.Expect(grown > born, ".NET moves up what survives a collection");
        context.Expect(!cycle.IsAlive, "and frees a cycle that nothing refers to");
        GC.KeepAlive(lasting);
    }

    // Apart, so that no local refers to it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference MakeCycle()
    {
        (Cell here, Cell there) = (new Cell(), new Cell());
        here.References.Add(there);
        there.References.Add(here);
        return new WeakReference(here);
    }
}

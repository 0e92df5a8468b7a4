namespace Plait.Cli.Chapters.Theory;

internal sealed class GarbageCollection() : Chapter(
    "memory",
    Parts.Theory,
    "How memory comes back. Reference counts free an object at once, and never a cycle. Mark and sweep frees cycles too, and stops the program for\n"
        + "longer the more is alive. Generations look often at what is new and seldom at what is old. Beside them: what .NET's own collector does.",
    "docs/memory.md",
    hasBreak: true)
{
    public override Task RunAsync(ChapterContext context)
    {
        CountReferences(context);
        int[] sizes = context.IsQuick ? [1_000, 10_000, 100_000] : [3_000, 30_000, 300_000];
        (int Marked, TimeSpan Time)[] pauses = [.. sizes.Select(size => Collections.Pause(context, size))];
        context.Fact("live", pauses.Select(static pause => pause.Marked));
        context.Fact("pause_ms", pauses.Select(static pause => pause.Time.TotalMilliseconds));
        context.Expect(pauses.Select(static pause => pause.Marked).SequenceEqual(sizes), "mark and sweep looks at everything that is alive");
        context.Expect(pauses[0].Time < pauses[2].Time, "so it stops the program for longer when more is");

        int made = 0;
        var kept = new HashSet<Cell>();
        var heap = new Generations(kept.Contains);
        for (; made < 100_000; made++)
        {
            // One in fifty is kept; the others are garbage when the next scan comes.
            _ = made % 50 == 0 ? kept.Add(heap.Make()) : heap.Make().IsMarked;
        }

        context.Fact("scans", heap.Scans);
        context.Fact("visited", heap.Visited);
        context.Fact("visited_by_full_scans", heap.VisitedByFullScans);
        context.Fact("scans_to_promote", Generations.ScansToPromote);
        context.Expect(heap.Scans[0] == 10 * heap.Scans[1] && heap.Scans[1] == 10 * heap.Scans[2], "an older generation is scanned ten times less often");
        context.Expect(heap.Live(2) > 0 && 2 * heap.Visited < heap.VisitedByFullScans, "what lives long moves up, and is looked at much less than by full scans");
        Collections.ShowOurs(context);
        return Task.CompletedTask;
    }

    private static void CountReferences(ChapterContext context)
    {
        var heap = new CountedHeap();
        (Cell first, Cell second) = (heap.Make(), heap.Make());
        CountedHeap.Refer(first, second);
        heap.Drop(second);
        heap.Drop(first);
        context.Fact("left_of_a_chain", heap.Live);
        context.Expect(heap.Live == 0, "of a chain nothing is left when the last reference to its head goes");
        (Cell here, Cell there) = (heap.Make(), heap.Make());
        CountedHeap.Refer(here, there);
        CountedHeap.Refer(there, here);
        if (context.IsBroken)
        {
            heap.Break(there, here);
        }

        heap.Drop(here);
        heap.Drop(there);
        int swept = new MarkSweep([here, there]).Collect();
        context.Fact("left_of_a_cycle", heap.Live);
        context.Fact("swept_of_a_cycle", swept);
        context.Expect(heap.Live == 2, "two that refer to each other keep a count of one each: counting never frees them");
        context.Expect(swept == 2, "mark and sweep does: nothing that lives refers to them");
    }
}

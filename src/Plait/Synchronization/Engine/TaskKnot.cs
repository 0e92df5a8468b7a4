using Plait.Interop;

namespace Plait.Synchronization.Engine;

/// <summary>
/// Deadlocks through executors. A task that waits for a thread needs any one of several, so a circle proves nothing: all who could help must be
/// stuck. Found by elimination (Holt, "Some Deadlock Properties of Computer Systems", 1972): every wait that is reached counts as stuck until
/// somebody is found who will end it.
/// </summary>
internal static class TaskKnot
{
    /// <summary>The waits that are stuck with the given one, that one first; null if it may end.</summary>
    public static Wait[]? Find(WaitGraph graph, in Wait first)
    {
        List<Entry> all = Reach(graph, first);
        for (bool hasChanged = true; hasChanged;)
        {
            hasChanged = false;
            foreach (Entry entry in all)
            {
                if (entry.IsStuck && !IsHeld(entry, all))
                {
                    entry.IsStuck = false;
                    hasChanged = true;
                }
            }
        }

        if (!all[0].IsStuck)
        {
            return null;
        }

        // Those that wait for the first one, itself or through others. One that nobody in the knot waits for is no part of it, and goes on when it is untied.
        var back = new HashSet<int> { 0 };
        for (int before = 0; before != back.Count;)
        {
            before = back.Count;
            for (int i = 1; i < all.Count; i++)
            {
                if (all[i].IsStuck && Array.Exists(all[i].Next, back.Contains))
                {
                    _ = back.Add(i);
                }
            }
        }

        return all.Exists(entry => entry.IsStuck && Array.IndexOf(entry.Next, 0) >= 0) ? [.. back.Order().Select(i => all[i].Wait)] : null;
    }

    private static bool IsHeld(Entry entry, List<Entry> all) => entry.IsAny
        ? entry.Next.Length > 0 && Array.TrueForAll(entry.Next, next => next >= 0 && all[next].IsStuck)
        : Array.Exists(entry.Next, next => next >= 0 && all[next].IsStuck);

    // All waits that lead from the first one on. -1: a unit that does not wait, or not for ever.
    private static List<Entry> Reach(WaitGraph graph, in Wait first)
    {
        var all = new List<Entry> { new(first) };
        for (int i = 0; i < all.Count; i++)
        {
            Entry entry = all[i];
            Node[] nodes = graph.Edges(entry.Wait, out bool isAny);
            entry.IsAny = isAny;
            entry.Next = new int[nodes.Length];
            for (int j = 0; j < nodes.Length; j++)
            {
                entry.Next[j] = -1;
                if (graph.TryReadUnit(nodes[j], out Wait wait) && wait.Deadline == MonotonicClock.Never)
                {
                    int known = all.FindIndex(other => other.Wait == wait);
                    if (known < 0)
                    {
                        known = all.Count;
                        all.Add(new Entry(wait));
                    }

                    entry.Next[j] = known;
                }
            }
        }

        return all;
    }

    private sealed class Entry(Wait wait)
    {
        public Wait Wait => wait;

        public bool IsAny { get; set; }

        public int[] Next { get; set; } = [];

        public bool IsStuck { get; set; } = true;
    }
}

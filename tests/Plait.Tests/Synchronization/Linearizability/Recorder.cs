namespace Plait.Tests.Synchronization.Linearizability;

/// <summary>Writes down what a unit calls. The clock is one number that all processes count up, so it orders all that does not overlap.</summary>
internal sealed class Recorder(Numbers clock, int round)
{
    /// <summary>The clock's steps are wide: what is put into a history later finds room.</summary>
    public const int Step = 4;

    /// <summary>Where the clock is among the numbers.</summary>
    public const int Clock = 0;

    private readonly List<int> _entries = [];

    public int Round => round;

    /// <summary>Five numbers a call: call, result, start, end, and which before it in this unit it follows (or -1).</summary>
    public int[] Entries => [.. _entries];

    public int Record(int call, Func<int> function)
    {
        int start = clock.Add(Clock) * Step;
        int result = function();
        _entries.AddRange([call, result, start, clock.Add(Clock) * Step, -1]);
        return result;
    }

    public bool Record(int call, Func<bool> function) => Record(call, () => function() ? 1 : 0) == 1;

    public void Record(int call, Action action) => Record(call, () =>
    {
        action();
        return 1;
    });

    /// <summary>One call that has its effect in two steps.</summary>
    public void RecordTwo(int first, int second, Func<int> function)
    {
        int start = clock.Add(Clock) * Step;
        int result = function();
        int end = clock.Add(Clock) * Step;
        _entries.AddRange([first, 0, start, end, -1]);
        _entries.AddRange([second, result, start, end, (_entries.Count / 5) - 1]);
    }

    /// <summary>The history that several units wrote down.</summary>
    public static List<Operation> Join(IReadOnlyList<int[]> units)
    {
        var history = new List<Operation>();
        for (int i = 0; i < units.Count; i++)
        {
            int first = history.Count;
            foreach (int[] entry in units[i].Chunk(5))
            {
                history.Add(new Operation(i, entry[0], entry[1], entry[2], entry[3], entry[4] < 0 ? -1 : first + entry[4]));
            }
        }

        return history;
    }
}

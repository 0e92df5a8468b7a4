namespace Plait.Tests.Synchronization.Linearizability;

/// <summary>What a unit called, what came of it, and when the call began and ended by one clock for all.</summary>
/// <param name="Unit">Who called.</param>
/// <param name="Call">What, by the specification's number.</param>
/// <param name="Result">What it returned; 1 and 0 for true and false.</param>
/// <param name="Start">Taken before the call.</param>
/// <param name="End">Taken after the call.</param>
/// <param name="Follows">Place in the history of the operation that must come before it although both have the same times; -1 for none.</param>
internal readonly record struct Operation(int Unit, int Call, int Result, int Start, int End, int Follows = -1);

/// <summary>The sequential behaviour of a primitive.</summary>
/// <param name="Name">The primitive.</param>
/// <param name="Initial">The state at the beginning.</param>
/// <param name="Step">The state after an operation; null when it cannot have had that result there.</param>
/// <param name="Names">Of the calls.</param>
internal sealed record Specification(string Name, long Initial, Func<long, Operation, long?> Step, params string[] Names)
{
    public string Describe(Operation operation) => $"[{operation.Start}-{operation.End}] unit {operation.Unit}: {Names[operation.Call]} = {operation.Result}";
}

/// <summary>
/// Whether there is an order of the operations that agrees with the clock and with the sequential specification: the search of Wing and
/// Gong, which remembers the states that it has been in as Lowe does.
/// </summary>
internal static class Linearization
{
    public static bool Exists(Specification specification, IReadOnlyList<Operation> history)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(history.Count, 64);
        return Search(specification, history, 0, specification.Initial, []);
    }

    private static bool Search(Specification specification, IReadOnlyList<Operation> history, ulong done, long state, HashSet<(ulong, long)> seen)
    {
        // What ended before another began comes before it: nobody who began after the first end that is left may be next.
        int firstEnd = int.MaxValue;
        bool isOver = true;
        for (int i = 0; i < history.Count; i++)
        {
            if ((done & (1ul << i)) == 0)
            {
                firstEnd = Math.Min(firstEnd, history[i].End);
                isOver = false;
            }
        }

        if (isOver)
        {
            return true;
        }

        if (!seen.Add((done, state)))
        {
            return false;
        }

        for (int i = 0; i < history.Count; i++)
        {
            Operation operation = history[i];
            bool mayBeNext = (done & (1ul << i)) == 0 && operation.Start < firstEnd && (operation.Follows < 0 || (done & (1ul << operation.Follows)) != 0);
            if (mayBeNext && specification.Step(state, operation) is { } next && Search(specification, history, done | (1ul << i), next, seen))
            {
                return true;
            }
        }

        return false;
    }
}

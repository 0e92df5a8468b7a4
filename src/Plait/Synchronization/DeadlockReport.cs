using System.Globalization;
using System.Text;

namespace Plait.Synchronization;

/// <summary>Units that wait for each other in a circle: each waits for something that the next one holds, or stands before it in line for.</summary>
/// <param name="Units">The units, in that order; the last waits for the first.</param>
public sealed record DeadlockReport(IReadOnlyList<WaitingUnit> Units)
{
    /// <summary>The report for people: who waits for what, since when and where, and what each holds.</summary>
    public override string ToString()
    {
        int processes = CountProcesses();
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Deadlock of {Count(Units.Count, "unit")} in {Count(processes, "process", "processes")}:");
        for (int i = 0; i < Units.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  {i + 1}. {Units[i]}");
        }

        return text.ToString();
    }

    private int CountProcesses()
    {
        // Each counts where its first unit stands. Not by LINQ: see Row.
        int count = 0;
        for (int i = 0; i < Units.Count; i++)
        {
            int first = 0;
            while (Units[first].Unit.Pid != Units[i].Unit.Pid || !string.Equals(Units[first].Unit.ProcessName, Units[i].Unit.ProcessName, StringComparison.Ordinal))
            {
                first++;
            }

            count += first == i ? 1 : 0;
        }

        return count;
    }

    private static string Count(int count, string one, string? many = null) => $"{count} {(count == 1 ? one : many ?? one + "s")}";
}

/// <summary>A unit that waits, and what it holds meanwhile.</summary>
/// <param name="Unit">Who.</param>
/// <param name="WaitsFor">The name of what it waits for.</param>
/// <param name="Kind">What that is: "lock", "semaphore", ….</param>
/// <param name="WaitsSince">How long it has been waiting.</param>
/// <param name="WaitsAt">Where in the source: "Bank.cs:88".</param>
/// <param name="EndsBy">In how much time the wait ends by itself; null when it does not.</param>
/// <param name="Holds">What it holds.</param>
public sealed record WaitingUnit(
    UnitIdentity Unit, string WaitsFor, string Kind, TimeSpan WaitsSince, string WaitsAt, TimeSpan? EndsBy, IReadOnlyList<HeldPrimitive> Holds)
{
    /// <summary>Where its thread stands, the innermost method first, a line each; null unless <see cref="DeadlockDetection.CapturesStacks"/> is on in its process, and for an async flow.</summary>
    public string? Stack { get; init; }

    /// <inheritdoc/>
    public override string ToString()
    {
        string holds = Holds.Count == 0 ? "holds nothing" : "holds " + string.Join(", ", Holds);
        string end = EndsBy is { } left ? string.Create(CultureInfo.InvariantCulture, $", for {left.TotalSeconds:0.0} s more") : string.Empty;
        return string.Create(CultureInfo.InvariantCulture, $"{Unit} waits for {Kind} '{WaitsFor}' at {WaitsAt} since {WaitsSince.TotalSeconds:0.0} s{end}; {holds}")
            + (Stack is null ? string.Empty : "\n       " + Stack.Replace("\n", "\n       ", StringComparison.Ordinal));
    }
}

/// <summary>Something that a unit holds.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it is: "lock", "semaphore", ….</param>
/// <param name="AcquiredAt">Where in the source it was acquired. Known of units that wait.</param>
public sealed record HeldPrimitive(string Name, string Kind, string AcquiredAt)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Kind} '{Name}' (acquired at {AcquiredAt})";
}

using System.Globalization;
using System.Text;
using Plait.Synchronization;

namespace Plait.Diagnostics;

/// <summary>A snapshot in lines.</summary>
internal static class PlainText
{
    public static string Write(WaitGraphSnapshot graph)
    {
        var text = new StringBuilder();
        Line(text, $"{Count(graph.Units.Count, "unit")} at work in {Count(graph.Units.Select(static unit => unit.Unit.Pid).Distinct().Count(), "process", "processes")}, {graph.IdleUnits} idle; {Count(graph.Waits.Count, "wait")}; {Count(graph.Deadlocks.Count, "deadlock")}, {Count(graph.Inversions.Count, "inversion")} of lock orders, {graph.Suspected.Count} suspected");
        foreach (GraphDeadlock deadlock in graph.Deadlocks)
        {
            text.Append('\n');
            Line(text, $"PROVEN  {deadlock.Report}");
        }

        foreach (OrderInversion inversion in graph.Inversions)
        {
            text.Append('\n');
            Line(text, $"POSSIBLE  {inversion}");
        }

        if (graph.Suspected.Count > 0)
        {
            text.Append("\nSUSPECTED: waits that last long, and are in no deadlock\n");
        }

        foreach (GraphSuspicion suspicion in graph.Suspected)
        {
            Line(text, $"  - {suspicion.Wait}");
            Line(text, $"    {suspicion.Reason}");
        }

        WriteUnits(graph, text);
        foreach (string unseen in graph.Unseen)
        {
            text.Append('\n');
            Line(text, $"NOT SEEN: {unseen}");
        }

        return text.ToString().TrimEnd('\n');
    }

    /// <summary>For one wait: "waits for lock 'a' (processes) at Bank.cs:90 since 1.0 s".</summary>
    public static string Describe(WaitGraphSnapshot graph, GraphWait wait) => string.Create(
        CultureInfo.InvariantCulture,
        $"waits for {Describe(graph.Primitives[wait.Primitive])} at {wait.At} since {wait.Lasts.TotalSeconds:0.0} s{(wait.EndsBy is { } left ? $", for {left.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s more" : string.Empty)}");

    public static string Describe(GraphPrimitive primitive) => $"{primitive.Kind} '{primitive.Name}' ({primitive.Scope})";

    private static void WriteUnits(WaitGraphSnapshot graph, StringBuilder text)
    {
        if (graph.Units.Count > 0)
        {
            text.Append("\nWHO HOLDS AND WAITS\n");
        }

        foreach (GraphUnit unit in graph.Units)
        {
            Line(text, $"  {unit.Unit}");
            foreach (GraphHold hold in graph.Holds.Where(hold => hold.Unit == unit.Number))
            {
                Line(text, $"    holds {Describe(graph.Primitives[hold.Primitive])} {hold.Mode}, acquired at {hold.AcquiredAt}");
            }

            foreach (GraphWait wait in graph.Waits.Where(wait => wait.Unit == unit.Number))
            {
                Line(text, $"    {Describe(graph, wait)}");
                foreach (int blocker in wait.Blockers)
                {
                    Line(text, $"      needs {graph.Units[blocker].Unit}");
                }
            }
        }
    }

    private static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static string Count(int count, string one, string? many = null) => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : many ?? one + "s")}");
}

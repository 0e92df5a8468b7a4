using System.Globalization;
using System.Text;

namespace Plait.Diagnostics;

/// <summary>A snapshot in Graphviz's language.</summary>
internal static class DotText
{
    private const string Red = "#c0392b";
    private const string Orange = "#d68910";

    public static string Write(WaitGraphSnapshot graph)
    {
        HashSet<int> locked = [.. graph.Deadlocks.SelectMany(static deadlock => deadlock.Units)];
        HashSet<int> suspected = [.. graph.Suspected.Select(static suspicion => suspicion.Unit)];
        var text = new StringBuilder("digraph waits {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=10];\n");
        foreach (GraphUnit unit in graph.Units)
        {
            string color = locked.Contains(unit.Number) ? $", color=\"{Red}\", penwidth=2" : suspected.Contains(unit.Number) ? $", color=\"{Orange}\"" : string.Empty;
            Line(text, $"  u{unit.Number} [shape=box, label={Quote(unit.Unit.ToString())}{color}];");
        }

        foreach (GraphPrimitive primitive in graph.Primitives)
        {
            Line(text, $"  p{primitive.Number} [shape=ellipse, label={Quote(PlainText.Describe(primitive))}];");
        }

        foreach (GraphHold hold in graph.Holds)
        {
            Line(text, $"  p{hold.Primitive} -> u{hold.Unit} [label={Quote($"held {hold.Mode}, {hold.AcquiredAt}")}];");
        }

        foreach (GraphWait wait in graph.Waits)
        {
            string color = locked.Contains(wait.Unit) ? $", color=\"{Red}\", penwidth=2" : suspected.Contains(wait.Unit) ? $", color=\"{Orange}\"" : string.Empty;
            Line(text, $"  u{wait.Unit} -> p{wait.Primitive} [style=dashed, label={Quote(EdgeOf(wait))}{color}];");
        }

        return text.Append('}').ToString();
    }

    /// <summary>What stands at the arrow of a wait.</summary>
    public static string EdgeOf(GraphWait wait) => string.Create(
        CultureInfo.InvariantCulture,
        $"waits {wait.Lasts.TotalSeconds:0.0} s, {wait.At}{(wait.EndsBy is { } left ? $", ends in {left.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s" : string.Empty)}");

    private static string Quote(string label) => $"\"{label.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal)}\"";

    private static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}

using System.Globalization;
using System.Text;

namespace Plait.Diagnostics;

/// <summary>A snapshot in Mermaid's language.</summary>
internal static class MermaidText
{
    public static string Write(WaitGraphSnapshot graph)
    {
        HashSet<int> locked = [.. graph.Deadlocks.SelectMany(static deadlock => deadlock.Units)];
        HashSet<int> suspected = [.. graph.Suspected.Select(static suspicion => suspicion.Unit)];
        var text = new StringBuilder("flowchart LR\n  classDef deadlock stroke:#c0392b,stroke-width:3px\n  classDef suspected stroke:#d68910,stroke-width:2px\n");
        foreach (GraphUnit unit in graph.Units)
        {
            string style = locked.Contains(unit.Number) ? ":::deadlock" : suspected.Contains(unit.Number) ? ":::suspected" : string.Empty;
            Line(text, $"  u{unit.Number}[{Quote(unit.Unit.ToString())}]{style}");
        }

        foreach (GraphPrimitive primitive in graph.Primitives)
        {
            Line(text, $"  p{primitive.Number}([{Quote(PlainText.Describe(primitive))}])");
        }

        foreach (GraphHold hold in graph.Holds)
        {
            Line(text, $"  p{hold.Primitive} -->|{Quote($"held {hold.Mode}, {hold.AcquiredAt}")}| u{hold.Unit}");
        }

        foreach (GraphWait wait in graph.Waits)
        {
            Line(text, $"  u{wait.Unit} -.->|{Quote(DotText.EdgeOf(wait))}| p{wait.Primitive}");
        }

        return text.ToString().TrimEnd('\n');
    }

    // Mermaid has no escape but entities.
    private static string Quote(string label) => $"\"{label.Replace("#", "#35;", StringComparison.Ordinal).Replace("\"", "#quot;", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal)}\"";

    private static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}

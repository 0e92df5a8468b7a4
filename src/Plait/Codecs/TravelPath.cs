using System.Collections;
using System.Reflection;
using System.Text;

namespace Plait.Codecs;

/// <summary>Words for where a value was found. Only made when something is refused.</summary>
internal static class TravelPath
{
    /// <summary>"field 'stream' (System.IO.FileStream) of captured variable 'log' of Program.Main", and "log.stream".</summary>
    public static (string Place, string Path) Describe(PayloadWriter writer, Type type)
    {
        var parts = new List<string>();
        var path = new StringBuilder();
        if (writer.Root.Length > 0)
        {
            parts.Add(writer.Root);
            path.Append(Quoted(writer.Root));
        }

        foreach (PayloadWriter.Frame frame in writer.Frames)
        {
            if ((frame.Container as MethodBase ?? (frame.Container as Delegate)?.Method) is { } function)
            {
                parts.Add(FunctionName.Of(function));
                continue;
            }

            Append(frame, parts, path);
        }

        if (parts.Count == 0)
        {
            parts.Add("the value");
        }

        // The function is where the value lives, never the value itself.
        int leaf = parts.Count - 1;
        var place = new StringBuilder(parts[leaf]).Append(" (").Append(type).Append(')');
        for (int i = leaf - 1; i >= 0; i--)
        {
            place.Append(" of ").Append(parts[i]);
        }

        return (place.ToString(), path.ToString());
    }

    private static void Append(PayloadWriter.Frame frame, List<string> parts, StringBuilder path)
    {
        if (frame.Index >= 0)
        {
            string what = frame.Container is IDictionary ? "entry" : "element";
            parts.Add(frame.Name is null ? $"{what} [{frame.Index}]" : $"{frame.Name} of {what} [{frame.Index}]");
            path.Append('[').Append(frame.Index).Append(']');
            return;
        }

        if (frame.Name is null || frame.Container is null)
        {
            return;
        }

        (string word, string name) = Name(frame.Name, FunctionName.IsClosure(frame.Container.GetType()));
        if (word.Length == 0)
        {
            return;
        }

        parts.Add(name == "this" ? $"{word} 'this'" : $"{word} '{name}'");
        path.Append(path.Length > 0 ? "." : "").Append(name);
    }

    // The compiler's names: <X>k__BackingField, <x>P, <>4__this, CS$<>8__locals1.
    private static (string Word, string Name) Name(string field, bool closure)
    {
        if (field.StartsWith("CS$<>8__locals", StringComparison.Ordinal))
        {
            return ("", "");
        }

        if (field == "<>4__this")
        {
            return ("captured", "this");
        }

        int close = field.IndexOf('>', StringComparison.Ordinal);
        if (field.Length > 2 && field[0] == '<' && close > 1)
        {
            return (field.EndsWith("k__BackingField", StringComparison.Ordinal) ? "property" : "captured parameter", field[1..close]);
        }

        return (closure ? "captured variable" : "field", field);
    }

    /// <summary>The quoted word of "argument 'count' of Program.Render", or all of it.</summary>
    private static string Quoted(string root)
    {
        int open = root.IndexOf('\'', StringComparison.Ordinal);
        int close = open < 0 ? -1 : root.IndexOf('\'', open + 1);
        return close < 0 ? root : root[(open + 1)..close];
    }
}

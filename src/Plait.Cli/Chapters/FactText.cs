using System.Globalization;

namespace Plait.Cli.Chapters;

/// <summary>How facts are written, so that scripts can read them back: <c>key=value</c>, blanks only inside quotes.</summary>
internal static class FactText
{
    /// <summary>Numbers with at most three decimals and a point, times in seconds, truth as true or false, lists joined by commas.</summary>
    public static string Format(object? value) => value switch
    {
        null => "none",
        string text => text,
        bool truth => truth ? "true" : "false",
        TimeSpan span => span.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture),
        double or float or decimal => ((IFormattable)value).ToString("0.###", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        System.Collections.IEnumerable items => string.Join(',', items.Cast<object?>().Select(Format)),
        _ => value.ToString() ?? "none",
    };

    public static string Quote(string value)
    {
        string line = string.Join(' ', value.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        return line.Length > 0 && !line.Any(char.IsWhiteSpace) ? line : $"\"{line.Replace('"', '\'')}\"";
    }

    public static void CheckKey(string key)
    {
        if (key.Length == 0 || key.Any(c => char.IsWhiteSpace(c) || c is '=' or '"'))
        {
            throw new ArgumentException($"'{key}' cannot name a fact: a key has no blank, no quote and no '='.", nameof(key));
        }
    }
}

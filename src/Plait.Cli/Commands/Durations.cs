using System.Buffers;
using System.Globalization;

namespace Plait.Cli.Commands;

/// <summary>Lengths of time on the command line: a number and its unit.</summary>
internal static class Durations
{
    /// <summary>How times are written.</summary>
    public const string Help = "Times are 500ms, 5s, 2m or 1h; a number alone is seconds.";

    private static readonly SearchValues<char> s_number = SearchValues.Create("0123456789.");
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);

    /// <summary>The time that <paramref name="text"/> stands for: <c>500ms</c>, <c>5s</c>, <c>1.5m</c>, <c>1h</c>; a number alone is seconds.</summary>
    /// <param name="option">The option that it was given to, for the message.</param>
    /// <param name="text">The time.</param>
    /// <param name="isZeroAllowed">Whether no time at all is a time.</param>
    /// <exception cref="UsageException">It is no such time, or longer than a day.</exception>
    public static TimeSpan Parse(string option, string text, bool isZeroAllowed)
    {
        int digits = text.AsSpan().IndexOfAnyExcept(s_number);
        (string number, string unit) = digits < 0 ? (text, "s") : (text[..digits], text[digits..]);
        double seconds = unit switch { "ms" => 0.001, "s" => 1, "m" => 60, "h" => 3600, _ => double.NaN };
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
            && value * seconds <= s_longest.TotalSeconds && (value > 0 || isZeroAllowed)
            ? TimeSpan.FromSeconds(value * seconds)
            : throw new UsageException($"{option} '{text}' is no time{(isZeroAllowed ? "" : " above 0")}, or more than a day. {Help}");
    }
}

using System.Globalization;
using Plait.Benchmarks;
using Plait.Cli.Terminal;

namespace Plait.Cli.Commands;

/// <summary>The bench rows as a table, one an area.</summary>
internal static class BenchTable
{
    public static void Write(Screen screen, IReadOnlyList<BenchResult> rows)
    {
        foreach (IGrouping<string, BenchResult> area in rows.GroupBy(r => r.Area, StringComparer.Ordinal))
        {
            var table = new TextTable("case", "unit", ">ours", ">peer", "peer name", ">ratio", ">goal", "result");
            foreach (BenchResult row in area)
            {
                (string verdict, Tone tone) = Verdict(row);
                table.Add(
                    (row.Case, Tone.Normal), (row.Unit, Tone.Faint), (Number(row.Ours), Tone.Strong), (Number(row.Peer), Tone.Normal),
                    (row.PeerName, Tone.Faint), (Number(row.Ratio), Tone.Strong), (Goal(row), Tone.Faint), (verdict, tone));
            }

            screen.WriteLine(area.Key, Tone.Strong);
            table.WriteTo(screen);
            screen.WriteLine();
        }
    }

    /// <summary>Four significant digits: enough to compare by eye, without the noise below it.</summary>
    public static string Number(double? value) => value switch
    {
        null => "-",
        { } v when !double.IsFinite(v) => "-",
        { } v when Math.Abs(v) >= 1000 => v.ToString("#,##0", CultureInfo.InvariantCulture),
        { } v when Math.Abs(v) >= 100 => v.ToString("0.#", CultureInfo.InvariantCulture),
        { } v when Math.Abs(v) >= 10 => v.ToString("0.##", CultureInfo.InvariantCulture),
        { } v => v.ToString("0.###", CultureInfo.InvariantCulture),
    };

    private static string Goal(BenchResult row) =>
        row.GoalAbsolute is { } absolute ? $"{Number(absolute)} {row.Unit}" : Number(row.Goal);

    private static (string Text, Tone Tone) Verdict(BenchResult row)
    {
        string note = string.IsNullOrEmpty(row.Note) ? "" : $": {row.Note}";
        return row.Ok switch
        {
            true => ($"ok{note}", Tone.Good),
            false => ($"missed{note}", Tone.Bad),
            null when row.Peer is null && row.PeerName.Length > 0 => ($"peer missing{note}", Tone.Doubtful),
            null => ($"no goal{note}", Tone.Faint),
        };
    }
}

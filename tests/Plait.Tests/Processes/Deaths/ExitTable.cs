using Plait.Tests.Memory;

namespace Plait.Tests.Processes.Deaths;

/// <summary>The table of docs/exit-table.md, as it stands there.</summary>
internal static class ExitTable
{
    public sealed record Row(string Way, string Parent, string Daemon, string Plain);

    public static IReadOnlyList<Row> Rows { get; } =
    [
        .. Repository.Read("docs", "exit-table.md").Split('\n')
            .Where(static line => line.StartsWith("| ", StringComparison.Ordinal))
            .Skip(1)
            .Select(static line => line.Trim('|', ' ').Split(" | "))
            .Select(static cells => new Row(cells[0], cells[1], cells[2], cells[3])),
    ];

    public static Row Of(string way) => Rows.Single(row => row.Way == way);
}

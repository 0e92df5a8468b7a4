using Plait.Tests.Memory;

namespace Plait.Tests.Processes.Deaths;

/// <summary>The table of docs/crash-table.md, as it stands there.</summary>
internal static class CrashTable
{
    /// <param name="Stage">Where the crash happens.</param>
    /// <param name="IsInWorker">In the worker's process, or in the submitter's.</param>
    /// <param name="Way">How.</param>
    /// <param name="End">The end of the future; where the submitter itself ends, its own.</param>
    public sealed record Row(string Stage, bool IsInWorker, string Way, string End);

    public static IReadOnlyList<Row> Rows { get; } = [.. Read()];

    private static IEnumerable<Row> Read()
    {
        string[][] lines =
        [
            .. Repository.Read("docs", "crash-table.md").Split('\n')
                .Where(static line => line.StartsWith("| ", StringComparison.Ordinal))
                .Select(static line => line.Trim('|', ' ').Split(" | ").Select(static cell => cell.Trim('`', ' ')).ToArray()),
        ];
        return from cells in lines.Skip(1)
               from column in Enumerable.Range(2, cells.Length - 2)
               select new Row(cells[0], cells[1] == "worker", lines[0][column], cells[column]);
    }
}

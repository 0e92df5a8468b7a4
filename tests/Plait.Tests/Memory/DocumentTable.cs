using Xunit;

namespace Plait.Tests.Memory;

/// <summary>The table under a heading such as <c>### `Name`, 256 bytes</c> in a design document.</summary>
internal sealed record DocumentTable(string Heading, IReadOnlyList<string[]> Rows)
{
    public static DocumentTable Find(string document, string name)
    {
        string[] lines = Repository.Read("docs", "design", document).Split('\n');
        int start = Array.FindIndex(lines, line => line.StartsWith('#') && line.Contains($"`{name}`"));
        Assert.True(start >= 0, $"{document} has no heading with `{name}`.");
        string[][] rows =
        [
            .. lines.Skip(start + 1).SkipWhile(line => !line.StartsWith('|')).TakeWhile(line => line.StartsWith('|'))
                .Skip(2).Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim().Trim('`')).ToArray()),
        ];
        Assert.NotEmpty(rows);
        return new DocumentTable(lines[start], rows);
    }
}

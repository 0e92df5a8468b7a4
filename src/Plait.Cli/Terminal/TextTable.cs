namespace Plait.Cli.Terminal;

/// <summary>Rows under headings, aligned by blanks alone, so that a table in a log is the table on the screen.</summary>
internal sealed class TextTable
{
    private readonly (string Heading, bool IsNumber)[] _columns;
    private readonly List<(string Text, Tone Tone)[]> _rows = [];

    /// <param name="columns">Headings; one that starts with <c>&gt;</c> has its column aligned right.</param>
    public TextTable(params string[] columns) =>
        _columns = [.. columns.Select(c => c.StartsWith('>') ? (c[1..], true) : (c, false))];

    public void Add(params (string Text, Tone Tone)[] cells)
    {
        if (cells.Length != _columns.Length)
        {
            throw new ArgumentException($"The table has {_columns.Length} columns, the row {cells.Length}.", nameof(cells));
        }

        _rows.Add(cells);
    }

    public void WriteTo(Screen screen)
    {
        int[] widths = [.. _columns.Select((c, i) => Math.Max(c.Heading.Length, _rows.Select(r => r[i].Text.Length).DefaultIfEmpty().Max()))];
        screen.WriteLine(Line([.. _columns.Select(c => (c.Heading, Tone.Faint))], widths));
        foreach ((string Text, Tone Tone)[] row in _rows)
        {
            screen.WriteLine(Line(row, widths));
        }
    }

    private List<(string Text, Tone Tone)> Line((string Text, Tone Tone)[] cells, int[] widths)
    {
        var spans = new List<(string Text, Tone Tone)>();
        for (int i = 0; i < cells.Length; i++)
        {
            bool isLast = i == cells.Length - 1;
            string text = _columns[i].IsNumber ? cells[i].Text.PadLeft(widths[i]) : isLast ? cells[i].Text : cells[i].Text.PadRight(widths[i]);
            spans.Add((isLast ? text : text + "  ", cells[i].Tone));
        }

        return spans;
    }
}

using Spectre.Console;

namespace Plait.Cli.Terminal;

/// <summary>
/// Where the tool prints. A terminal gets colours and progress bars; anything else gets plain text without one escape
/// code, because logs and scripts read it. Every member may be called from any thread.
/// </summary>
internal sealed class Screen
{
    private readonly TextWriter _plain;
    private readonly IAnsiConsole? _terminal;
    private readonly LiveBars? _bars;

    // Guards the order of lines; Spectre locks itself, a plain writer does not.
    private readonly Lock _gate = new();

    private Screen(TextWriter plain, IAnsiConsole? terminal)
    {
        _plain = plain;
        _terminal = terminal;
        _bars = terminal is null ? null : new LiveBars(terminal);
    }

    public bool IsTerminal => _terminal is not null;

    /// <summary>The process's own output: a terminal unless it is redirected or TERM is dumb.</summary>
    public static Screen ForConsole()
    {
        if (Console.IsOutputRedirected || Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb")
        {
            return Plain(Console.Out);
        }

        IAnsiConsole terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        return terminal.Profile.Capabilities.Ansi ? new Screen(Console.Out, terminal) : Plain(Console.Out);
    }

    public static Screen Plain(TextWriter output) => new(output, terminal: null);

    public void WriteLine() => WriteLine("", "");

    public void WriteLine(string text, Tone tone = Tone.Normal) => WriteLine("", text, tone);

    /// <summary>Prints a line: a faint prefix, then the text in its tone.</summary>
    public void WriteLine(string prefix, string text, Tone tone = Tone.Normal) => WriteLine([(prefix, Tone.Faint), (text, tone)]);

    /// <summary>Prints a line made of spans.</summary>
    public void WriteLine(IReadOnlyList<(string Text, Tone Tone)> spans)
    {
        if (_terminal is null)
        {
            lock (_gate)
            {
                _plain.WriteLine(Clean(string.Concat(spans.Select(s => s.Text))).TrimEnd());
            }

            return;
        }

        var line = new Paragraph();
        foreach ((string text, Tone tone) in spans)
        {
            line.Append(Clean(text), StyleOf(tone));
        }

        line.Append("\n");
        _terminal.Write(line);
    }

    /// <summary>Shows a bar until it is disposed; on plain output nothing appears.</summary>
    public ProgressBar StartProgress(double total, string title) => new(_bars, total, title);

    /// <summary>Gives a terminal its cursor back when the tool ends while a bar is shown.</summary>
    public void Restore() => _terminal?.Cursor.Show(show: true);

    // What a child wrote may hold escape codes; neither a log nor a terminal should obey them.
    private static string Clean(string text) =>
        text.AsSpan().IndexOfAnyInRange('\0', '\u001f') < 0 && !text.Contains('\u007f')
            ? text
            : string.Concat(text.Where(c => !char.IsControl(c) || c is '\n' or '\t'));

    private static Style StyleOf(Tone tone) => tone switch
    {
        Tone.Faint => new Style(Color.Grey),
        Tone.Strong => new Style(Color.Aqua),
        Tone.Good => new Style(Color.Green),
        Tone.Bad => new Style(Color.Red, decoration: Decoration.Bold),
        Tone.Doubtful => new Style(Color.Yellow),
        _ => Style.Plain,
    };
}

using Plait.Cli.Terminal;
using Plait.Processes;

namespace Plait.Cli.Chapters;

/// <summary>What a running chapter talks to. Every member may be called from any thread of the tool, never from a child process.</summary>
internal sealed class ChapterContext
{
    private readonly Screen? _screen;
    private readonly Screen _bars;
    private readonly long _started;

    // Guards the two lists below: chapters state facts from several threads.
    private readonly Lock _gate = new();
    private readonly List<KeyValuePair<string, string>> _facts = [];
    private readonly List<string> _failures = [];
    private int _expectations;

    /// <param name="screen">Where the chapter's words and progress bars appear.</param>
    /// <param name="isQuiet">Whether only its progress bars do, as in the tour.</param>
    /// <param name="time">The clock of the run.</param>
    /// <param name="cancellation">Ends the run.</param>
    public ChapterContext(Screen screen, bool isQuiet, TimeProvider time, CancellationToken cancellation)
    {
        _screen = isQuiet ? null : screen;
        _bars = screen;
        Time = time;
        Cancellation = cancellation;
        _started = time.GetTimestamp();
    }

    /// <summary>Whether this is the negative control: leave out the cause, keep every expectation.</summary>
    public bool IsBroken { get; init; }

    /// <summary>Whether small sizes are asked for: seconds, not minutes.</summary>
    public bool IsQuick { get; init; }

    /// <summary>The values of the chapter's own parameters.</summary>
    public ChapterArguments Arguments { get; init; } = ChapterArguments.None;

    /// <summary>The clock for every wait and measurement.</summary>
    public TimeProvider Time { get; }

    /// <summary>Cancelled by Ctrl+C and when <see cref="Chapter.TimeLimit"/> has passed.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>Where the output of a chapter's child belongs: line by line under its name as it comes, or nowhere in the tour.</summary>
    public ChildOutput ChildOutput => _screen is null ? ChildOutput.Null : ChildOutput.Forward;

    /// <summary>The time since the chapter began.</summary>
    public TimeSpan Elapsed => Time.GetElapsedTime(_started);

    /// <summary>Prints a line at once, after the seconds since the chapter began; in the tour it is not shown.</summary>
    public void Say(string text) => Write(text, Tone.Normal);

    /// <summary>States what was measured; it goes to the detail as <c>key=value</c>. A key may be stated once.</summary>
    public void Fact(string key, object? value)
    {
        FactText.CheckKey(key);
        string text = FactText.Format(value);
        lock (_gate)
        {
            if (_facts.Exists(f => f.Key == key))
            {
                throw new ArgumentException($"The fact '{key}' was stated before.", nameof(key));
            }

            _facts.Add(new(key, text));
        }

        Write($"{key}={FactText.Quote(text)}", Tone.Strong);
    }

    /// <summary>Checks what must hold; when it does not, the chapter goes on and has failed under this name.</summary>
    /// <param name="condition">Whether it holds.</param>
    /// <param name="whatMustHold">A sentence about the world, as in "the child's change stays in the child".</param>
    /// <returns><paramref name="condition"/>.</returns>
    public bool Expect(bool condition, string whatMustHold)
    {
        lock (_gate)
        {
            _expectations++;
            if (!condition)
            {
                _failures.Add(whatMustHold);
            }
        }

        Write(condition ? $"holds: {whatMustHold}" : $"FAILS: {whatMustHold}", condition ? Tone.Good : Tone.Bad);
        return condition;
    }

    /// <summary>Ends the chapter because this machine cannot run it; the reason says what is missing and how to get it.</summary>
    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    public void Skip(string reason) => throw new ChapterSkippedException(reason);

    /// <summary>A progress bar for work of a known size; nothing appears when the output is no terminal. Dispose it when the work is done.</summary>
    public ProgressBar Progress(double total, string title = "") => _bars.StartProgress(total, title);

    /// <summary>Waits on <see cref="Time"/> until the time has passed or the chapter is cancelled.</summary>
    public Task WaitAsync(TimeSpan time) => Task.Delay(time, Time, Cancellation);

    internal ChapterOutcome Finish(Chapter chapter, string? error, string? skipped)
    {
        TimeSpan elapsed = Elapsed;
        lock (_gate)
        {
            if (_expectations == 0 && error is null && skipped is null)
            {
                error = "the chapter checked nothing";
            }

            return new ChapterOutcome(chapter, elapsed.TotalSeconds, [.. _facts], [.. _failures], error, skipped);
        }
    }

    private void Write(string text, Tone tone) => _screen?.WriteLine($"{Elapsed.TotalSeconds,7:0.00} s  ", text, tone);
}

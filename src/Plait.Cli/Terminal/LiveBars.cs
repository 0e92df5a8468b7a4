using Spectre.Console;

namespace Plait.Cli.Terminal;

/// <summary>
/// The bars of one terminal. Spectre allows one live display at a time and ends it when a callback returns; the tour's
/// bar and a chapter's own must share it, so the first bar opens the display and the last one closes it.
/// </summary>
internal sealed class LiveBars(IAnsiConsole terminal)
{
    private const int LongestTitle = 40;

    // Guards the fields below and the display's start and end.
    private readonly Lock _gate = new();
    private int _open;
    private ProgressContext? _display;
    private TaskCompletionSource? _closing;
    private Task? _running;

    public ProgressTask Add(double total, string title)
    {
        lock (_gate)
        {
            if (_open++ == 0)
            {
                Open();
            }

            ProgressTask task = _display!.AddTask(Title(title), autoStart: true, maxValue: Math.Max(total, double.Epsilon));

            // Nobody knows yet how much there is: without this the bar would be full, and the time that is left zero.
            task.IsIndeterminate = total == 0;
            return task;
        }
    }

    public void Remove(ProgressTask task)
    {
        lock (_gate)
        {
            task.StopTask();
            if (--_open == 0)
            {
                _closing!.SetResult();
                _running!.GetAwaiter().GetResult();
                (_display, _closing, _running) = (null, null, null);
            }
        }
    }

    /// <summary>A title as Spectre wants it: markup escaped, never empty, and short enough to leave room for the bar.</summary>
    public static string Title(string title) => title.Length switch
    {
        0 => " ",
        > LongestTitle => Markup.Escape(title[..(LongestTitle - 3)]) + "...",
        _ => Markup.Escape(title),
    };

    private void Open()
    {
        var opened = new TaskCompletionSource<ProgressContext>(TaskCreationOptions.RunContinuationsAsynchronously);
        var closing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _closing = closing;
        _running = terminal.Progress()
            .AutoClear(true)
            .HideCompleted(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new RemainingTimeColumn())
            .StartAsync(async display =>
            {
                opened.SetResult(display);
                await closing.Task;
            });
        _display = opened.Task.GetAwaiter().GetResult();
    }
}

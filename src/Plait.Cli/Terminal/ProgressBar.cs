using Spectre.Console;

namespace Plait.Cli.Terminal;

/// <summary>One bar of progress. May be advanced from any thread; disposing it removes the bar.</summary>
internal sealed class ProgressBar : IDisposable
{
    private readonly LiveBars? _bars;
    private readonly ProgressTask? _task;
    private int _disposed;

    internal ProgressBar(LiveBars? bars, double total, string title)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(total);
        _bars = bars;
        _task = bars?.Add(total, title);
    }

    /// <summary>Counts work that is done.</summary>
    public void Advance(double amount = 1) => _task?.Increment(amount);

    /// <summary>Says how much there is, and how much of it is done.</summary>
    public void Reach(double done, double total)
    {
        if (_task is not null && total > 0)
        {
            _task.IsIndeterminate = false;
            _task.MaxValue = total;
            _task.Value = done;
        }
    }

    /// <summary>Says what is being done now.</summary>
    public void Describe(string title)
    {
        if (_task is not null)
        {
            _task.Description = LiveBars.Title(title);
        }
    }

    public void Dispose()
    {
        if (_task is not null && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _bars!.Remove(_task);
        }
    }
}

using Plait.Processes;

namespace Plait.Tests.Processes.Deaths;

/// <summary>For how long an executor had fewer ready workers than it is to have, after each death: from the events it tells.</summary>
internal sealed class OutageWatch(int size)
{
    private readonly HashSet<int> _ready = [];
    private readonly List<TimeSpan> _outages = [];
    private long _since;
    private int _ends;
    private bool _isComplete;

    /// <summary>The time that workers were missing, spread over the deaths.</summary>
    public TimeSpan MeanPerDeath => _ends == 0 ? TimeSpan.Zero : TimeSpan.FromTicks(_outages.Sum(static outage => outage.Ticks) / _ends);

    public void Note(WorkerEvent happened)
    {
        long now = TimeProvider.System.GetTimestamp();
        lock (_outages)
        {
            switch (happened.Kind)
            {
                case WorkerEventKind.Ready:
                    _ = _ready.Add(happened.WorkerId);
                    break;
                case WorkerEventKind.Died or WorkerEventKind.Stopped:
                    _ends++;
                    _ = _ready.Remove(happened.WorkerId);
                    break;
                default:
                    return;
            }

            // The first start is no outage.
            bool isWhole = _ready.Count >= size;
            if (isWhole && _since != 0)
            {
                _outages.Add(TimeProvider.System.GetElapsedTime(_since, now));
                _since = 0;
            }
            else if (!isWhole && _isComplete && _since == 0)
            {
                _since = now;
            }

            _isComplete |= isWhole;
        }
    }

    public override string ToString()
    {
        lock (_outages)
        {
            TimeSpan[] sorted = [.. _outages.Order()];
            return sorted.Length == 0
                ? $"{_ends} ends, never fewer than {size} workers"
                : $"{_ends} ends, {sorted.Length} times fewer than {size} workers: median {sorted[sorted.Length / 2].TotalMilliseconds:0} ms, 99 % {sorted[sorted.Length * 99 / 100].TotalMilliseconds:0} ms, longest {sorted[^1].TotalMilliseconds:0} ms, {MeanPerDeath.TotalMilliseconds:0} ms a death";
        }
    }
}

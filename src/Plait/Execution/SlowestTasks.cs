namespace Plait.Execution;

/// <summary>The tasks of an executor that ran longest. Most tasks are compared with one number, and that is all. Safe for all threads.</summary>
internal sealed class SlowestTasks
{
    private const int Most = 10;

    private readonly Lock _gate = new();

    // Guarded by _gate: the slowest first.
    private readonly List<(long Nanoseconds, string Name, string Worker)> _tasks = [];

    // Written under _gate: what a task must exceed to be among them; negative until there are enough.
    private long _least = -1;

    public bool IsAmong(long nanoseconds) => nanoseconds > Volatile.Read(ref _least);

    public void Add(long nanoseconds, string name, string worker)
    {
        lock (_gate)
        {
            int place = _tasks.Count;
            while (place > 0 && _tasks[place - 1].Nanoseconds < nanoseconds)
            {
                place--;
            }

            _tasks.Insert(place, (nanoseconds, name, worker));
            if (_tasks.Count > Most)
            {
                _tasks.RemoveAt(Most);
            }

            if (_tasks.Count == Most)
            {
                Volatile.Write(ref _least, _tasks[^1].Nanoseconds);
            }
        }
    }

    public IReadOnlyList<SlowTask> ToList()
    {
        lock (_gate)
        {
            return [.. _tasks.Select(static task => new SlowTask(task.Name, WorkerTimes.ToTime(task.Nanoseconds), task.Worker))];
        }
    }
}

/// <summary>What a worker spent its time with, in nanoseconds.</summary>
internal struct WorkerTimes
{
    public long Tasks;
    public long Starting;
    public long Initializing;
    public long Waiting;
    public long Working;
    public long Encoding;

    public static TimeSpan ToTime(long nanoseconds) => TimeSpan.FromTicks(Math.Max(0, nanoseconds) / TimeSpan.NanosecondsPerTick);

    public void Add(in WorkerTimes other)
    {
        Tasks += other.Tasks;
        Starting += other.Starting;
        Initializing += other.Initializing;
        Waiting += other.Waiting;
        Working += other.Working;
        Encoding += other.Encoding;
    }

    public readonly WorkerInsights ToInsights(string name) =>
        new(name, Tasks, ToTime(Starting), ToTime(Initializing), ToTime(Waiting), ToTime(Working), ToTime(Encoding));
}

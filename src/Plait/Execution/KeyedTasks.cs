namespace Plait.Execution;

/// <summary>Which tasks of each key run, and which wait for them, in the order in which they came. Guarded by whoever has it.</summary>
/// <typeparam name="TTask">The tasks.</typeparam>
internal sealed class KeyedTasks<TTask>
{
    private readonly Dictionary<string, Line> _lines = new(StringComparer.Ordinal);

    /// <summary>Lets a task run; false when it must wait until <see cref="TryNext"/> gives it out.</summary>
    public bool TryEnter(TaskOptions options, TTask task)
    {
        if (!_lines.TryGetValue(options.Key!, out Line? line))
        {
            _lines.Add(options.Key!, line = new Line());
        }

        line.Limit = options.KeyLimit;
        if (line.Running < line.Limit && line.Waiting.Count == 0)
        {
            line.Running++;
            return true;
        }

        line.Waiting.Enqueue(task);
        return false;
    }

    /// <summary>A task that ran has ended.</summary>
    public void Leave(string key)
    {
        Line line = _lines[key];
        line.Running--;
        if (line.Running == 0 && line.Waiting.Count == 0)
        {
            _lines.Remove(key);
        }
    }

    /// <summary>The next that may run now; it counts as running. The caller asks until there is none, and gives back with <see cref="Leave"/> what has ended meanwhile.</summary>
    public bool TryNext(string key, out TTask task)
    {
        if (!_lines.TryGetValue(key, out Line? line) || line.Running >= line.Limit || !line.Waiting.TryDequeue(out task!))
        {
            task = default!;
            return false;
        }

        line.Running++;
        return true;
    }

    private sealed class Line
    {
        public Queue<TTask> Waiting { get; } = new();

        public int Running { get; set; }

        public int Limit { get; set; }
    }
}

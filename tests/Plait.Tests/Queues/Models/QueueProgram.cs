using System.Globalization;
using Plait.Memory;
using Plait.Queues;

namespace Plait.Tests.Queues.Models;

/// <summary>Does to a queue and to its model what a list of numbers says, and tells them apart.</summary>
internal sealed class QueueProgram<T>(IJoinableQueue<T> queue, QueueOrder order)
{
    private const int LargestBatch = 20;

    private readonly PlainQueue _model = new(order, queue.Capacity);
    private readonly List<string> _trace = [];

    // Priorities are numbers of hundreds: in a scattered order, with many alike.
    private int _next;

    /// <summary>The first difference; null when there is none.</summary>
    public string? Run(IEnumerable<int> program)
    {
        foreach (int step in program)
        {
            (string name, string ours, string theirs) = Do(Math.Abs(step % 20), Math.Abs(step / 20) % LargestBatch);
            string state = $"count {queue.Count} empty {queue.IsEmpty} full {queue.IsFull && queue.Capacity is not null && !queue.IsShutdown} unfinished {queue.UnfinishedTasks}";
            string expected = $"count {_model.Count} empty {_model.Count == 0} full {_model.IsFull && !queue.IsShutdown} unfinished {_model.Unfinished}";
            _trace.Add($"{name} = {ours}, {state}");
            if (ours != theirs || state != expected)
            {
                return $"not {theirs}, {expected} after {string.Join("; ", _trace)}";
            }
        }

        QueueStatistics statistics = queue.GetStatistics();
        return (statistics.Puts, statistics.Gets) == (_model.Puts, _model.Gets) ? null : $"{statistics} is not {_model.Puts} puts and {_model.Gets} gets";
    }

    private (string Name, string Ours, string Theirs) Do(int kind, int size) => kind switch
    {
        <= 4 => Put(),
        <= 6 => PutMany(size),
        <= 11 => Get(isPeek: false),
        <= 13 => GetMany(size),
        14 => Get(isPeek: true),
        <= 16 => TaskDone(),
        17 when _model.CanWaitFor => ("Get", Text(Of(() => Items.Read(queue.Get()))), Text(Model(out int item), item)),
        18 when size > 15 => Shutdown(immediate: false),
        19 when size > 16 => Shutdown(immediate: true),
        _ => ("Join(0)", $"{queue.Join(TimeSpan.Zero)}", $"{_model.Unfinished == 0}"),
    };

    private (string Name, string Ours, string Theirs) Put()
    {
        int item = NextItem();
        return ($"TryPut {item}", Text(Of(() => queue.TryPut(Items.Make<T>(item)) ? 1 : null)), Text(_model.TryPut(item), 1));
    }

    private (string Name, string Ours, string Theirs) PutMany(int size)
    {
        int[] items = [.. Enumerable.Range(0, size).Select(_ => NextItem())];
        string ours = Text(Of(() => queue.TryPutMany(Items.MakeMany<T>(items))));
        int last = 1;
        int count = items.TakeWhile(item => (last = _model.TryPut(item)) == 1).Count();
        return ($"TryPutMany {string.Join(' ', items)}", ours, count == 0 && last < 0 ? "shut down" : count.ToString(CultureInfo.InvariantCulture));
    }

    private (string Name, string Ours, string Theirs) Get(bool isPeek)
    {
        T ours = default!;
        int? result = Of(() => (isPeek ? queue.TryPeek(out ours) : queue.TryGet(out ours)) ? Items.Read(ours) : null);
        return isPeek ? ("TryPeek", Text(result), Text(_model.TryPeek(out int seen), seen)) : ("TryGet", Text(result), Text(Model(out int got), got));
    }

    private (string Name, string Ours, string Theirs) GetMany(int size)
    {
        var items = new T[size];
        int? count = Of(() => queue.TryGetMany(items));
        string ours = count is { } many and > 0 ? string.Join(' ', Items.ReadMany(items.Take(many))) : Text(count);
        var theirs = new List<int>();
        int last = 1;
        while (theirs.Count < size && (last = Model(out int item)) == 1)
        {
            theirs.Add(item);
        }

        return ($"TryGetMany {size}", ours, theirs.Count > 0 ? string.Join(' ', theirs) : last < 0 ? "shut down" : "0");
    }

    private (string Name, string Ours, string Theirs) TaskDone()
    {
        string ours = "done";
        try
        {
            queue.TaskDone();
        }
        catch (InvalidOperationException)
        {
            ours = "refused";
        }

        return ("TaskDone", ours, _model.TaskDone() ? "done" : "refused");
    }

    private (string Name, string Ours, string Theirs) Shutdown(bool immediate)
    {
        queue.Shutdown(immediate);
        _model.Shutdown(immediate);
        return ($"Shutdown {immediate}", "", "");
    }

    private int Model(out int item) => _model.TryGet(out item);

    private int NextItem()
    {
        _next++;
        return (_next * 37 % 11 * 100) + (_next % 100);
    }

    // -1 stands for a queue that is shut down, null for not now.
    private static int? Of(Func<int?> call)
    {
        try
        {
            return call();
        }
        catch (QueueShutdownException)
        {
            return -1;
        }
    }

    private static string Text(int? result) => result is -1 ? "shut down" : result?.ToString(CultureInfo.InvariantCulture) ?? "not now";

    private static string Text(int result, int item) => result < 0 ? "shut down" : result == 0 ? "not now" : item.ToString(CultureInfo.InvariantCulture);
}

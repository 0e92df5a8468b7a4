using Plait.Memory;

namespace Plait.Tests.Queues.Models;

/// <summary>A queue as plainly as it can be written down: a list, and what the contract says of each call.</summary>
internal sealed class PlainQueue(QueueOrder order, int? capacity)
{
    private readonly List<int> _items = [];
    private bool _isShutdown;
    private bool _isDropped;

    public int Count => _items.Count;

    public bool IsFull => _items.Count == capacity;

    public int Unfinished { get; private set; }

    public int Puts { get; private set; }

    public int Gets { get; private set; }

    public bool CanWaitFor => _items.Count > 0;

    /// <summary>What a call comes to: 1 done, 0 not now, -1 the queue is shut down.</summary>
    public int TryPut(int item)
    {
        if (_isShutdown || IsFull)
        {
            return _isShutdown ? -1 : 0;
        }

        _items.Add(item);
        Puts++;
        Unfinished++;
        return 1;
    }

    public int TryPeek(out int item)
    {
        item = _items.Count == 0 ? 0 : _items[Next()];
        return _items.Count > 0 ? 1 : _isShutdown ? -1 : 0;
    }

    public int TryGet(out int item)
    {
        int result = TryPeek(out item);
        if (result == 1)
        {
            _items.RemoveAt(Next());
            Gets++;
        }

        return result;
    }

    public bool TaskDone()
    {
        bool isOne = Unfinished > 0;
        Unfinished -= isOne ? 1 : 0;
        return isOne;
    }

    public void Shutdown(bool immediate)
    {
        _isShutdown = true;
        if (immediate && !_isDropped)
        {
            _isDropped = true;

            // Those that were said to be done before they were got are done already.
            Unfinished = Math.Max(0, Unfinished - _items.Count);
            _items.Clear();
        }
    }

    private int Next()
    {
        if (order != QueueOrder.Priority)
        {
            return order == QueueOrder.Fifo ? 0 : _items.Count - 1;
        }

        int next = 0;
        for (int i = 1; i < _items.Count; i++)
        {
            next = _items[i] / 100 < _items[next] / 100 ? i : next;
        }

        return next;
    }
}

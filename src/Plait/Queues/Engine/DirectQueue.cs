using System.Runtime.CompilerServices;
using Plait.Synchronization.Engine;

namespace Plait.Queues.Engine;

/// <summary>A queue whose items go into the slots as they are.</summary>
/// <typeparam name="T">What is put and got.</typeparam>
/// <typeparam name="TStore">How it lies in slots.</typeparam>
internal class DirectQueue<T, TStore>(QueueCore<T, TStore> core, Func<T, long>? priority) : ScopeQueue<T>(core.Parts, priority)
    where TStore : struct, IItemStore<T>
{
    private readonly QueueCore<T, TStore> _core = core;

    public override void Shutdown(bool immediate = false)
    {
        ThrowIfClosed();
        _core.Shutdown(immediate);
    }

    protected override QueueResult TryPutNow(in T item, long priority) => _core.TryPut(item, priority);

    protected override QueueResult TryGetNow(out T item)
    {
        Unsafe.SkipInit(out item);
        QueueResult result = _core.TryGet(ref item);
        if (result != QueueResult.Done)
        {
            item = default!;
        }

        return result;
    }

    protected override QueueResult TryPeekNow(out T item)
    {
        item = default!;
        return _core.TryPeek(ref item);
    }

    protected override QueueResult TryPutManyNow(ReadOnlySpan<T> items, out int count) => _core.TryPutMany(items, out count);

    protected override QueueResult TryGetManyNow(Span<T> items, out int count) => _core.TryGetMany(items, out count);
}

/// <summary>The same with priorities.</summary>
/// <inheritdoc/>
internal sealed class DirectPriorityQueue<T, TStore>(QueueCore<T, TStore> core, Func<T, long>? priority) : DirectQueue<T, TStore>(core, priority), IPriorityQueue<T>
    where TStore : struct, IItemStore<T>
{
    public void Put(T item, long priority, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        PutRanked(item, priority, new SourcePlace(file, line), cancellationToken);

    public bool TryPut(T item, long priority) => TryPutRanked(item, priority);

    public ValueTask PutAsync(T item, long priority, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        PutRankedAsync(item, priority, new SourcePlace(file, line), cancellationToken);
}

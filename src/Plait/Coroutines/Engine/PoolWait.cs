namespace Plait.Coroutines.Engine;

/// <summary>A coroutine waits for room in a pool.</summary>
internal sealed class PoolWait : SourceWait
{
    private readonly CoroutinePool _pool;
    private LinkedListNode<PoolWait>? _node;

    private PoolWait(CoroutinePool pool) => _pool = pool;

    public override bool IsInside => true;

    public static ValueTask Begin(CoroutinePool pool, CoroutineContext context)
    {
        var wait = new PoolWait(pool);
        wait.Enter(context);
        wait._node = pool.Add(wait);
        return wait.Task;
    }

    public void OnRoom() => Complete(next: true);

    public override string ToString() => $"room in a pool of {_pool.Size} coroutines";

    protected override void Stop() => _pool.Remove(_node!);

    protected override void Recycle()
    {
        // One is made for a wait.
    }
}

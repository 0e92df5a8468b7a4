using System.Diagnostics.CodeAnalysis;
using Plait.Coroutines.Engine;

namespace Plait.Coroutines;

/// <summary>Coroutines of which a limited number run at once: who wants to start one more waits until one has ended. For coroutines of one loop.</summary>
public sealed class CoroutinePool : ICoroutineOwner
{
    private readonly HashSet<Coroutine> _running = [];
    private readonly LinkedList<PoolWait> _waiting = new();
    private readonly List<CrowdWait> _joining = [];
    private int _promised;

    /// <summary>Makes a pool.</summary>
    /// <param name="size">The most coroutines that run at once, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is less than 1.</exception>
    public CoroutinePool(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        Size = size;
    }

    /// <summary>A coroutine of the pool failed, and nobody awaits it. On the loop's thread. Without a handler the loop tells it.</summary>
    public event EventHandler<CoroutineFailedEventArgs>? Failed;

    /// <summary>The most coroutines that run at once.</summary>
    public int Size { get; }

    /// <summary>How many have not ended.</summary>
    public int Count => _running.Count;

    /// <summary>How many could be started at once.</summary>
    public int FreeCount => Size - _running.Count - _promised;

    /// <summary>Starts a coroutine, once there is room for it. Those who wait for room get it in the order in which they came.</summary>
    /// <param name="function">Its function.</param>
    /// <param name="name">What it is called. Default: null, coroutine-ID.</param>
    /// <returns>The coroutine, when it has been started.</returns>
    /// <exception cref="InvalidOperationException">No coroutine runs on this thread.</exception>
    /// <exception cref="CoroutineKilledException">The coroutine that waits for room was killed. Nothing was started.</exception>
    /// <exception cref="ScopeTimeoutException">The time of a scope around was over. Nothing was started.</exception>
    public async ValueTask<Coroutine> SpawnAsync(Func<Task> function, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        CoroutineContext context = CoroutineContext.Require("CoroutinePool.SpawnAsync");
        if (FreeCount <= 0 || _waiting.Count != 0)
        {
            // Its place is promised to it from the moment in which it is woken.
            await PoolWait.Begin(this, context);
            _promised--;
        }

        Coroutine coroutine = context.Loop.Spawn(function, new CoroutineOptions { Name = name, Owner = this });
        if (coroutine.IsAlive)
        {
            // Otherwise it was killed at once: the loop ends.
            _running.Add(coroutine);
        }

        return coroutine;
    }

    /// <summary>Waits until none runs, and none waits for room.</summary>
    /// <returns>To be awaited.</returns>
    /// <exception cref="InvalidOperationException">No coroutine runs on this thread.</exception>
    public async Task JoinAsync()
    {
        CoroutineContext context = CoroutineContext.Require("CoroutinePool.JoinAsync");
        while (!IsIdle)
        {
            await CrowdWait.Begin(_joining, context, $"a pool of {Size} coroutines");
        }
    }

    /// <summary>Kills all that run, and waits until they have ended. Those who wait for room start theirs afterwards.</summary>
    /// <returns>To be awaited.</returns>
    public Task KillAsync() => Coroutine.KillAll(_running.ToArray());

    private bool IsIdle => _running.Count == 0 && _promised == 0 && _waiting.Count == 0;

    void ICoroutineOwner.OnEnded(Coroutine coroutine)
    {
        _running.Remove(coroutine);
        if (coroutine.State == CoroutineState.Failed && !coroutine.IsObserved)
        {
            TellFailed(coroutine, coroutine.Error!);
        }

        PassOn();
        if (IsIdle)
        {
            CrowdWait.End(_joining);
        }
    }

    internal LinkedListNode<PoolWait> Add(PoolWait wait) => _waiting.AddLast(wait);

    internal void Remove(LinkedListNode<PoolWait> node) => _waiting.Remove(node);

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "What a handler throws is told, and the pool goes on.")]
    private void TellFailed(Coroutine coroutine, Exception error)
    {
        if (Failed is { } handlers)
        {
            try
            {
                handlers(this, new CoroutineFailedEventArgs(coroutine, error));
                return;
            }
            catch (Exception thrown)
            {
                error = new AggregateException("A handler of CoroutinePool.Failed threw.", error, thrown);
            }
        }

        coroutine.Loop.Tell(coroutine, error);
    }

    private void PassOn()
    {
        while (FreeCount > 0 && _waiting.First is { } first)
        {
            _waiting.RemoveFirst();
            _promised++;
            first.Value.OnRoom();
        }
    }
}

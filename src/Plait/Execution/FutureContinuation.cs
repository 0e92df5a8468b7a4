using System.Runtime.ExceptionServices;
using Plait.Synchronization.Engine;
using Plait.Threads;

namespace Plait.Execution;

/// <summary>What follows an <c>await</c>: run in the context that was there, else on the thread pool. Never on the thread that ends the future.</summary>
internal sealed class FutureContinuation(Future future, Action continuation) : FutureObserver, IThreadPoolWorkItem, IKnownAwait
{
    // Of the await that is about to come back although its future has not ended.
    [ThreadStatic]
    private static (Future Future, Exception Error)? t_givenUp;

    private readonly SynchronizationContext? _context = SynchronizationContext.Current is { } current && current.GetType() != typeof(SynchronizationContext) ? current : null;
    private int _isTaken;

    /// <summary>Whether this does here what awaiting a task does: another task scheduler is a matter for tasks.</summary>
    public static bool Suffices => TaskScheduler.Current == TaskScheduler.Default;

    public override bool IsOver => Volatile.Read(ref _isTaken) != 0;

    /// <summary>The compiler's own continuation of an async method belongs to the object that is the method's task.</summary>
    public Task? Awaiter => continuation.Target as Task;

    public object Awaited => future;

    public string Name => future.Name;

    public ITaskPlace Place => future.PlaceForWaits!;

    bool IKnownAwait.IsOver => future.IsDone;

    /// <summary>Throws what ended the calling thread's await of that future, if it was not the future.</summary>
    public static void ThrowIfGivenUp(Future future)
    {
        if (t_givenUp is { } given && given.Future == future)
        {
            t_givenUp = null;
            ExceptionDispatchInfo.Throw(given.Error);
        }
    }

    /// <summary>Says what is awaited where that can be part of a deadlock. Before it can end.</summary>
    public void Tell()
    {
        if (_context is ThreadContext thread && future.PlaceForWaits is not null)
        {
            thread.OnAwait(this);
        }
    }

    public override void OnDone(Future future)
    {
        if (Interlocked.Exchange(ref _isTaken, 1) != 0)
        {
            return;
        }

        if (_context is null)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            return;
        }

        _context.Post(static continuation => ((Action)continuation!)(), continuation);
    }

    public Action? GiveUp(Exception why) => Interlocked.Exchange(ref _isTaken, 1) == 0
        ? () =>
        {
            t_givenUp = (future, why);
            continuation();
            t_givenUp = null;
        }
        : null;

    void IThreadPoolWorkItem.Execute() => continuation();
}

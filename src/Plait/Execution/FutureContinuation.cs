namespace Plait.Execution;

/// <summary>What follows an <c>await</c>: run in the context that was there, else on the thread pool. Never on the thread that ends the future.</summary>
internal sealed class FutureContinuation(Action continuation) : FutureObserver, IThreadPoolWorkItem
{
    private readonly SynchronizationContext? _context = SynchronizationContext.Current is { } current && current.GetType() != typeof(SynchronizationContext) ? current : null;

    /// <summary>Whether this does here what awaiting a task does: another task scheduler is a matter for tasks.</summary>
    public static bool Suffices => TaskScheduler.Current == TaskScheduler.Default;

    public override void OnDone(Future future)
    {
        if (_context is null)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            return;
        }

        _context.Post(static continuation => ((Action)continuation!)(), continuation);
    }

    void IThreadPoolWorkItem.Execute() => continuation();
}

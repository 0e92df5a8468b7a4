namespace Plait.Coroutines.Engine;

/// <summary>What a loop sleeps in.</summary>
internal abstract class LoopPoller : IDisposable
{
    /// <summary>Blocks until something is ready, <see cref="Wake"/> is called, or the deadline has passed. 0 looks only.</summary>
    /// <param name="deadline">By the monotonic clock, or <see cref="long.MaxValue"/>.</param>
    public abstract void Wait(long deadline);

    /// <summary>Ends a wait that is under way, or the next one. From any thread.</summary>
    public abstract void Wake();

    public abstract void Dispose();
}

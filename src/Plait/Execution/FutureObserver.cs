namespace Plait.Execution;

/// <summary>
/// Somebody who is told of a future's end, once, by the thread that ends it. It only notes and signals: that thread has other things to do.
/// Observers of one future are linked through themselves, the last one to come first.
/// </summary>
internal abstract class FutureObserver
{
    /// <summary>The one that came before. Written by who attaches it, before it can be seen.</summary>
    public FutureObserver? Next { get; set; }

    /// <summary>Whether it no longer wants to be told.</summary>
    public virtual bool IsOver => false;

    public abstract void OnDone(Future future);
}

/// <summary>The head of the list once all have been told: what comes later is kept for those who look for it, and told by who brings it.</summary>
internal sealed class FutureTold : FutureObserver
{
    /// <summary>Of a future that nobody observed.</summary>
    public static readonly FutureTold Nobody = new();

    public override void OnDone(Future future)
    {
        // It is no observer itself.
    }
}

namespace Plait.Coroutines.Engine;

/// <summary>A coroutine waits until several others have ended: those of a group, or of a pool.</summary>
internal sealed class CrowdWait : SourceWait
{
    private readonly List<CrowdWait> _waiting;
    private readonly string _crowd;

    private CrowdWait(List<CrowdWait> waiting, string crowd)
    {
        _waiting = waiting;
        _crowd = crowd;
    }

    public override bool IsInside => true;

    /// <summary>Waits for the next <see cref="End"/>.</summary>
    /// <param name="waiting">Those who wait.</param>
    /// <param name="context">Of who waits.</param>
    /// <param name="crowd">What it waits for, for messages.</param>
    public static ValueTask Begin(List<CrowdWait> waiting, CoroutineContext context, string crowd)
    {
        var wait = new CrowdWait(waiting, crowd);
        wait.Enter(context);
        waiting.Add(wait);
        return wait.Task;
    }

    /// <summary>The last has ended.</summary>
    public static void End(List<CrowdWait> waiting)
    {
        foreach (CrowdWait wait in waiting)
        {
            wait.Complete(next: false);
        }

        waiting.Clear();
    }

    public override string ToString() => $"the end of all of {_crowd}";

    protected override void Stop() => _waiting.Remove(this);

    protected override void Recycle()
    {
        // One is made for a wait.
    }
}

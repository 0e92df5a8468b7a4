namespace Plait.Coroutines.Engine;

/// <summary>A coroutine waits for a time.</summary>
internal sealed class SleepWait : SourceWait
{
    public void Begin(EventLoop loop, CoroutineContext context, long deadline)
    {
        Enter(context);
        loop.SetTimer(this, deadline);
    }

    public override string ToString() => IsSet ? "a time" : "for ever";

    internal override void OnExpired() => Complete(next: false);

    protected override void Stop() => Context.Loop.CancelTimer(this);

    protected override void Recycle() => Context.Loop.Recycle(this);
}

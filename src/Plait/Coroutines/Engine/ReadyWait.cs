namespace Plait.Coroutines.Engine;

/// <summary>A coroutine waits until a descriptor may be read, or written. What it finds then is its own business: it says so when that is nothing.</summary>
internal sealed class ReadyWait(EventLoop loop, LoopDescriptor descriptor, bool isForWriting) : IoWait(loop, descriptor)
{
    private bool IsReady => isForWriting ? Descriptor.CanWrite : Descriptor.CanRead;

    /// <summary>Completes at once while nothing says that a call would block.</summary>
    /// <param name="context">Who waits.</param>
    /// <param name="deadline">By the loop's clock: until when.</param>
    /// <exception cref="TimeoutException">The deadline has passed first.</exception>
    public ValueTask WaitAsync(CoroutineContext context, long deadline)
    {
        if (IsReady && Loop.TryTakeOperation())
        {
            return default;
        }

        Begin(context, deadline);
        if (IsReady)
        {
            OnReady();
        }

        return Task;
    }

    public override string ToString() => $"descriptor {Descriptor.Number}, to be {(isForWriting ? "written" : "read")}";

    protected override bool TryCall() => IsReady;

    protected override void SetPlace(IoWait? wait)
    {
        if (isForWriting)
        {
            Descriptor.Writer = wait;
        }
        else
        {
            Descriptor.Reader = wait;
        }
    }

    protected override Exception NewTimeout() => new TimeoutException($"Descriptor {Descriptor.Number} was not ready in time.");
}

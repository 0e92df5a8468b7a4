namespace Plait.Coroutines.Engine;

/// <summary>A coroutine waits until a descriptor may be read. What it finds then is its own business: it says so when that is nothing.</summary>
internal sealed class ReadyWait(EventLoop loop, LoopDescriptor descriptor) : IoWait(loop, descriptor)
{
    /// <summary>Completes at once while nothing says that a read would block.</summary>
    /// <param name="context">Who waits.</param>
    /// <param name="deadline">By the loop's clock: until when.</param>
    /// <exception cref="TimeoutException">The deadline has passed first.</exception>
    public ValueTask Readable(CoroutineContext context, long deadline)
    {
        if (Descriptor.CanRead && Loop.TryTakeOperation())
        {
            return default;
        }

        Begin(context, deadline);
        if (Descriptor.CanRead)
        {
            OnReady();
        }

        return Task;
    }

    public override string ToString() => $"something to read from descriptor {Descriptor.Number}";

    protected override bool TryCall() => Descriptor.CanRead;

    protected override void SetPlace(IoWait? wait) => Descriptor.Reader = wait;

    protected override Exception NewTimeout() => new TimeoutException($"Descriptor {Descriptor.Number} was not ready in time.");
}

using Plait.Interop;

namespace Plait.Coroutines.Engine;

/// <summary>A coroutine writes to a descriptor that others may have set to block: it is asked before each call, and given no more than it takes then.</summary>
internal sealed class DescriptorWrite(EventLoop loop, LoopDescriptor descriptor) : IoWait(loop, descriptor)
{
    private ReadOnlyMemory<byte> _rest;

    /// <exception cref="InvalidOperationException">Another write is under way.</exception>
    public ValueTask Write(CoroutineContext context, ReadOnlyMemory<byte> data)
    {
        if (IsBusy)
        {
            throw new InvalidOperationException("Another write is under way: one coroutine at a time writes to a descriptor.");
        }

        _rest = data;
        if (Descriptor.CanWrite && Loop.TryTakeOperation() && TryCall())
        {
            return default;
        }

        Begin(context, MonotonicClock.Never);
        if (Descriptor.CanWrite)
        {
            // It may take some; it is only somebody else's turn.
            OnReady();
        }

        return Task;
    }

    public override string ToString() => $"descriptor {Descriptor.Number}, to take {_rest.Length:N0} bytes";

    protected override bool TryCall()
    {
        while (!_rest.IsEmpty)
        {
            int count = ByteCalls.IsReady(Descriptor.Number, toWrite: true) ? ByteCalls.Write(Descriptor.Number, _rest.Span) : -Errno.EAGAIN;
            if (count == -Errno.EAGAIN)
            {
                Descriptor.CanWrite = false;
                return false;
            }

            _rest = _rest[ByteCalls.Checked(count, "write")..];
        }

        _rest = default;
        return true;
    }

    protected override void SetPlace(IoWait? wait) => Descriptor.Writer = wait;

    protected override Exception NewTimeout() => new TimeoutException($"Descriptor {Descriptor.Number} took nothing in time.");
}

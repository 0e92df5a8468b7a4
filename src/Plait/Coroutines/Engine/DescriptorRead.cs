using System.Threading.Tasks.Sources;
using Plait.Interop;

namespace Plait.Coroutines.Engine;

/// <summary>A coroutine reads from a descriptor that others may have set to block: it is asked before each call.</summary>
internal sealed class DescriptorRead(EventLoop loop, LoopDescriptor descriptor) : IoWait(loop, descriptor), IValueTaskSource<int>
{
    private Memory<byte> _target;
    private int _count;

    /// <exception cref="InvalidOperationException">Another read is under way.</exception>
    public ValueTask<int> Read(CoroutineContext context, Memory<byte> target)
    {
        if (IsBusy)
        {
            throw new InvalidOperationException("Another read is under way: one coroutine at a time reads from a descriptor.");
        }

        _target = target;
        if (Descriptor.CanRead && Loop.TryTakeOperation() && TryCall())
        {
            return new ValueTask<int>(_count);
        }

        Begin(context, MonotonicClock.Never);
        if (Descriptor.CanRead)
        {
            // There may be something; it is only somebody else's turn.
            OnReady();
        }

        return new ValueTask<int>(this, Version);
    }

    int IValueTaskSource<int>.GetResult(short token)
    {
        GetResult(token);
        return _count;
    }

    public override string ToString() => $"bytes of descriptor {Descriptor.Number}";

    protected override bool TryCall()
    {
        int count = ByteCalls.IsReady(Descriptor.Number, toWrite: false) ? ByteCalls.Read(Descriptor.Number, _target.Span) : -Errno.EAGAIN;
        if (count == -Errno.EAGAIN)
        {
            Descriptor.CanRead = false;
            return false;
        }

        _target = default;
        _count = ByteCalls.Checked(count, "read");
        return true;
    }

    protected override void SetPlace(IoWait? wait) => Descriptor.Reader = wait;

    protected override Exception NewTimeout() => new TimeoutException($"Nothing came from descriptor {Descriptor.Number} in time.");
}

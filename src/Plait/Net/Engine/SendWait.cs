using Plait.Coroutines;
using Plait.Coroutines.Engine;

namespace Plait.Net.Engine;

/// <summary>A coroutine sends more than the other end, or the kernel, takes now.</summary>
internal sealed class SendWait(LoopConnection connection, EventLoop loop, LoopDescriptor descriptor) : IoWait(loop, descriptor)
{
    private ReadOnlyMemory<byte> _rest;

    public bool IsIdle => !IsBusy;

    /// <summary>Waits until all of it is sent.</summary>
    public ValueTask Begin(CoroutineContext context, ReadOnlyMemory<byte> rest)
    {
        _rest = rest;
        Begin(context, connection.DeadlineOf(isSend: true));
        if (!connection.TryBeginSending(rest) && Descriptor.CanWrite)
        {
            // It may be taken; it is only somebody else's turn.
            OnReady();
        }

        return Task;
    }

    public override string ToString() => $"the other end of {connection}, to take {_rest.Length:N0} bytes";

    protected override bool TryCall()
    {
        int sent = connection.GoOnSending(_rest);
        _rest = _rest[sent..];
        if (_rest.IsEmpty)
        {
            _rest = default;
            return true;
        }

        if (sent > 0)
        {
            // It moves: the time counts from here.
            Loop.CancelTimer(this);
            Loop.SetTimer(this, connection.DeadlineOf(isSend: true));
        }

        return false;
    }

    protected override void SetPlace(IoWait? wait)
    {
        Descriptor.Writer = wait;
        if (wait is null)
        {
            connection.EndSending();
        }
    }

    protected override Exception NewTimeout() => connection.NewTimeout(isSend: true);
}

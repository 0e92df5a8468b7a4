using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;
using Plait.Coroutines;
using Plait.Coroutines.Engine;

namespace Plait.Net.Engine;

/// <summary>A coroutine receives from a connection: into a buffer of its own, or into one that is lent to it once there is something.</summary>
internal sealed class ReceiveWait(LoopConnection connection, EventLoop loop, LoopDescriptor descriptor)
    : IoWait(loop, descriptor), IValueTaskSource<int>, IValueTaskSource<ReadOnlyMemory<byte>>
{
    // Where the bytes go. Empty: a buffer is lent; and afterwards, what was lent.
    private Memory<byte> _bytes;
    private int _count;

    public ValueTask<int> Read(CoroutineContext context, Memory<byte> target)
    {
        ThrowIfBusy();
        if (Descriptor.CanRead && Loop.TryTakeOperation())
        {
            int count = connection.Receive(target.Span);
            if (count >= 0)
            {
                return new ValueTask<int>(count);
            }
        }

        _bytes = target;
        BeginOrRetry(context);
        return new ValueTask<int>(this, Version);
    }

    public ValueTask<ReadOnlyMemory<byte>> Lend(CoroutineContext context)
    {
        ThrowIfBusy();
        if (Descriptor.CanRead && Loop.TryTakeOperation())
        {
            if (connection.ReceiveLent() is { } lent)
            {
                return new ValueTask<ReadOnlyMemory<byte>>(lent);
            }
        }
        else
        {
            connection.ReturnLent();
        }

        // One before it may have been killed, with a buffer of its own.
        _bytes = default;
        BeginOrRetry(context);
        return new ValueTask<ReadOnlyMemory<byte>>(this, Version);
    }

    int IValueTaskSource<int>.GetResult(short token)
    {
        GetResult(token);
        return _count;
    }

    ReadOnlyMemory<byte> IValueTaskSource<ReadOnlyMemory<byte>>.GetResult(short token)
    {
        ReadOnlyMemory<byte> lent = _bytes;
        _bytes = default;
        GetResult(token);
        return lent;
    }

    public override string ToString() => $"bytes of {connection}";

    protected override bool TryCall()
    {
        if (_bytes.IsEmpty)
        {
            if (connection.ReceiveLent() is not { } lent)
            {
                return false;
            }

            _bytes = MemoryMarshal.AsMemory(lent);
            return true;
        }

        _count = connection.Receive(_bytes.Span);
        if (_count < 0)
        {
            return false;
        }

        _bytes = default;
        return true;
    }

    protected override void SetPlace(IoWait? wait) => Descriptor.Reader = wait;

    protected override Exception NewTimeout() => connection.NewTimeout(isSend: false);

    private void BeginOrRetry(CoroutineContext context)
    {
        Begin(context, connection.DeadlineOf(isSend: false));
        if (Descriptor.CanRead)
        {
            // There may be something; it is only somebody else's turn.
            OnReady();
        }
    }

    private void ThrowIfBusy()
    {
        if (IsBusy)
        {
            throw new InvalidOperationException($"Another receive is under way: {connection}. One coroutine at a time receives from a connection.");
        }
    }
}

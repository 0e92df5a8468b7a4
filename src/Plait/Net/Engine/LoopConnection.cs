using System.Net;
using System.Net.Sockets;
using Plait.Coroutines;
using Plait.Coroutines.Engine;
using Plait.Interop;
using Plait.Net.Rings;

namespace Plait.Net.Engine;

/// <summary>A connection whose waits let other coroutines of its loop run. For coroutines of that loop.</summary>
internal abstract class LoopConnection : Connection
{
    private readonly EventLoop _loop;
    private readonly LoopDescriptor _descriptor;
    private readonly ReceiveWait _receive;

    // Most connections never wait to send.
    private SendWait? _send;

    // The coroutine that used it last: for code in between that wants no context, such as that of SslStream.
    private CoroutineContext? _user;

    protected LoopConnection(EventLoop loop, int descriptor, EndPoint? address)
    {
        _loop = loop;
        _descriptor = new LoopDescriptor(descriptor) { ReadsMayEndShort = address is UnixDomainSocketEndPoint };
        _receive = new ReceiveWait(this, loop, _descriptor);
    }

    public override EndPoint? LocalEndPoint => _descriptor.IsClosed ? null : StreamCalls.LocalName(_descriptor.Number);

    public override EndPoint? RemoteEndPoint => _descriptor.IsClosed ? null : StreamCalls.PeerName(_descriptor.Number);

    internal override bool NeedsLoop => true;

    protected EventLoop Loop => _loop;

    protected LoopDescriptor Descriptor => _descriptor;

    /// <summary>A connection of the kind that goes with the loop's poller. On the loop's thread. Takes a socket that does not block; not if this throws.</summary>
    /// <param name="loop">The loop.</param>
    /// <param name="descriptor">The socket.</param>
    /// <param name="address">Where it was accepted or connected: what kind of socket it is.</param>
    /// <exception cref="SystemCallException">The system watches no more descriptors.</exception>
    public static LoopConnection Open(EventLoop loop, int descriptor, EndPoint? address) =>
        loop.Poller is RingPoller ring ? new RingConnection(loop, ring, descriptor, address) : new ReadyConnection(loop, descriptor, address);

    public override ValueTask SendAsync(ReadOnlyMemory<byte> data)
    {
        CoroutineContext context = Enter();
        if (_send is { IsIdle: false })
        {
            throw new InvalidOperationException($"Another send is under way: {this}. Sends of one connection come one after another.");
        }

        if (_descriptor.CanWrite && _loop.TryTakeOperation() && !data.IsEmpty)
        {
            data = data[SendAtOnce(data.Span)..];
        }

        return data.IsEmpty ? default : (_send ??= new SendWait(this, _loop, _descriptor)).Begin(context, data);
    }

    public override ValueTask EndSendingAsync()
    {
        _ = Enter();
        StreamCalls.EndSending(_descriptor.Number);
        return default;
    }

    public override void Abort()
    {
        if (!_loop.IsOnLoop)
        {
            _ = _loop.TryPost(new Step((Action)Abort, null, null));
        }
        else if (!_descriptor.IsClosed)
        {
            StreamCalls.ResetOnClose(_descriptor.Number);
            FailWaits(new ConnectionResetException($"It was broken off here: {this}."));
            Close();
        }
    }

    public override ValueTask DisposeAsync()
    {
        if (_loop.IsOnLoop)
        {
            CloseHere();
            return default;
        }

        var closing = new ClosingStep(CloseHere, static () => { });
        _ = closing.TryPost(_loop, context: null);
        return new ValueTask(closing.Over);
    }

    /// <summary>Closes it. On the loop's thread.</summary>
    internal void CloseHere()
    {
        if (!_descriptor.IsClosed)
        {
            if (_receive.IsWaiting || _send is { IsWaiting: true })
            {
                FailWaits(new ObjectDisposedException(ToString()));
            }

            Close();
        }
    }

    internal override ValueTask<int> ReadAsync(Memory<byte> buffer) => _receive.Read(Enter(), buffer);

    internal override ValueTask<ReadOnlyMemory<byte>> LendAsync() => _receive.Lend(Enter());

    /// <summary>Waits until a connection that is under way is made.</summary>
    /// <exception cref="TimeoutException">The deadline has passed first.</exception>
    /// <exception cref="SystemCallException">It is refused.</exception>
    internal async ValueTask ConnectedAsync(long deadline)
    {
        _descriptor.CanWrite = false;
        BeginConnecting();
        await new ReadyWait(_loop, _descriptor, isForWriting: true).WaitAsync(Enter(), deadline);
        if (StreamCalls.TakeError(_descriptor.Number) is not 0 and int errno)
        {
            throw new SystemCallException("connect", errno);
        }
    }

    /// <summary>Receives into a buffer; -1 when there is nothing. What goes wrong is thrown.</summary>
    internal abstract int Receive(Span<byte> buffer);

    /// <summary>Receives into a buffer of the loop's, which is lent; null when there is nothing, and then nothing is lent.</summary>
    internal abstract ReadOnlyMemory<byte>? ReceiveLent();

    /// <summary>Nothing is lent any more.</summary>
    internal void ReturnLent() => TakeBack();

    /// <summary>A wait for the other end to take it has begun. Whether it will be told that something was taken; otherwise it tries for itself while nothing says that it would be in vain.</summary>
    internal abstract bool TryBeginSending(ReadOnlyMemory<byte> data);

    /// <summary>In such a wait: how much more was taken. What goes wrong is thrown.</summary>
    internal abstract int GoOnSending(ReadOnlyMemory<byte> rest);

    /// <summary>Such a wait is over, whatever has ended it: the data are the caller's again.</summary>
    internal abstract void EndSending();

    /// <summary>When a wait that begins now has lasted too long; and, once it has, what is thrown.</summary>
    internal long DeadlineOf(bool isSend) => Math.Min(_loop.DeadlineAfter(isSend ? SendTimeout : ReceiveLimit.Time), Deadline);

    internal Exception NewTimeout(bool isSend) =>
        TimedOut(MonotonicClock.IsOver(Deadline) ? ConnectionTimeout.Lifetime : isSend ? ConnectionTimeout.SendStall : ReceiveLimit.Kind);

    /// <summary>Sends as much as is taken without waiting; 0 where that is not how it sends. What goes wrong is thrown.</summary>
    protected abstract int SendAtOnce(ReadOnlySpan<byte> data);

    /// <summary>A connection is being made: its descriptor is told when it can be written.</summary>
    protected abstract void BeginConnecting();

    /// <summary>The descriptor is closed.</summary>
    protected abstract void OnClosed();

    private CoroutineContext Enter()
    {
        ObjectDisposedException.ThrowIf(_descriptor.IsClosed, this);
        CoroutineContext context = CoroutineContext.RequireOf(_loop, _user, "A connection");
        _user = context;
        if (_loop.Cancellations != 0)
        {
            context.ThrowIfCancelled();
        }

        return context;
    }

    private void FailWaits(Exception error)
    {
        _receive.Fail(error);
        _send?.Fail(error);
    }

    private void Close()
    {
        TakeBack();
        _descriptor.Close(_loop.Poller);
        OnClosed();
        _user = null;
    }
}

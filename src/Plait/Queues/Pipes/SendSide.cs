using System.Runtime.InteropServices;
using Plait.Codecs;
using Plait.Interop;

namespace Plait.Queues.Pipes;

/// <summary>
/// The sending half of an end. One message at a time: whoever comes meanwhile waits. A message that its sender gives up in the middle is taken
/// back with a packet that says so, and the connection goes on.
/// </summary>
internal sealed class SendSide(PipeEnd end)
{
    private static readonly ValueCodec Codec = NewCodec();

    private readonly SemaphoreSlim _gate = new(1, 1);

    // Guarded by _gate.
    private readonly List<Descriptor> _attached = [];
    private PayloadWriter? _writer;
    private uint _lastNumber = (uint)Random.Shared.Next();
    private uint? _abandoned;
    private long _messages;
    private long _bytes;

    public long Messages => Volatile.Read(ref _messages);

    public long Bytes => Volatile.Read(ref _bytes);

    public void SendBytes(ReadOnlySpan<byte> data, long deadline, CancellationToken token)
    {
        Enter(data.Length, deadline, token);
        try
        {
            var message = new Outgoing(PacketKind.Bytes, typeTag: 0, data.Length, ++_lastNumber, descriptors: null);
            Push(ref message, data, deadline, token);
        }
        finally
        {
            _ = _gate.Release();
        }
    }

    public void SendValue<T>(T value, long deadline, CancellationToken token)
    {
        Enter(length: null, deadline, token);
        try
        {
            PayloadWriter writer = Encode(value);
            var message = new Outgoing(PacketKind.Value, TypeTag<T>.Value, writer.WrittenCount, ++_lastNumber, _attached);
            Push(ref message, writer.WrittenSpan, deadline, token);
        }
        finally
        {
            Forget();
            _ = _gate.Release();
        }
    }

    public async ValueTask SendBytesAsync(ReadOnlyMemory<byte> data, long deadline, CancellationToken token)
    {
        await EnterAsync(data.Length, deadline, token).ConfigureAwait(false);
        try
        {
            await PushAsync(new Outgoing(PacketKind.Bytes, typeTag: 0, data.Length, ++_lastNumber, descriptors: null), data, deadline, token).ConfigureAwait(false);
        }
        finally
        {
            _ = _gate.Release();
        }
    }

    public async ValueTask SendValueAsync<T>(T value, long deadline, CancellationToken token)
    {
        await EnterAsync(length: null, deadline, token).ConfigureAwait(false);
        try
        {
            PayloadWriter writer = Encode(value);
            var message = new Outgoing(PacketKind.Value, TypeTag<T>.Value, writer.WrittenCount, ++_lastNumber, _attached);
            await PushAsync(message, writer.WrittenMemory, deadline, token).ConfigureAwait(false);
        }
        finally
        {
            Forget();
            _ = _gate.Release();
        }
    }

    private void Push(ref Outgoing message, ReadOnlySpan<byte> data, long deadline, CancellationToken token)
    {
        while (!Step(ref message, data))
        {
            bool hasRoom = false;
            try
            {
                hasRoom = end.Wait(forWriting: true, deadline, token);
            }
            finally
            {
                GiveUpUnless(hasRoom, ref message);
            }

            ThrowUnless(hasRoom, message);
        }
    }

    private async ValueTask PushAsync(Outgoing message, ReadOnlyMemory<byte> data, long deadline, CancellationToken token)
    {
        while (!Step(ref message, data.Span))
        {
            bool hasRoom = false;
            try
            {
                hasRoom = await end.WaitAsync(forWriting: true, deadline, token).ConfigureAwait(false);
            }
            finally
            {
                GiveUpUnless(hasRoom, ref message);
            }

            ThrowUnless(hasRoom, message);
        }
    }

    // True when all of it is sent; false when there is no room now.
    private bool Step(ref Outgoing message, ReadOnlySpan<byte> data)
    {
        int errno;
        using (new PipeEnd.Use(end))
        {
            errno = TakeBack();
            errno = errno == 0 ? message.Step(end.Socket.Number, data) : errno;
        }

        switch (errno)
        {
            case 0:
                _messages++;
                _bytes += message.Length;
                return true;
            case Errno.EAGAIN:
                return false;
            case Errno.EPIPE or Errno.ECONNRESET or Errno.ENOTCONN or Errno.ECONNREFUSED:
                throw PipeClosedException.WhenSending(message.Sent, message.Length);
            case Errno.ETOOMANYREFS:
                _abandoned = message.HasBegun ? message.Number : _abandoned;
                throw new IOException("Too many descriptors of this user are on their way in messages that nobody has received yet, as many as a process may have open. Receive some of them first, or raise the limit on open files (ulimit -n).");
            default:
                throw new SystemCallException("sendmsg", errno);
        }
    }

    private int TakeBack()
    {
        if (_abandoned is not { } number)
        {
            return 0;
        }

        var header = new PacketHeader { Magic = PacketHeader.Expected, Kind = PacketKind.Abandoned, Message = number };
        int errno = LocalSocket.Send(end.Socket.Number, MemoryMarshal.AsBytes(new ReadOnlySpan<PacketHeader>(in header)), default);
        _abandoned = errno == 0 ? null : number;
        return errno;
    }

    // Taken back with the next message, for which there is room when there is some for the notice: now there is none.
    private void GiveUpUnless(bool hasRoom, ref Outgoing message)
    {
        if (!hasRoom && message.HasBegun)
        {
            _abandoned = message.Number;
        }
    }

    private static void ThrowUnless(bool hasRoom, in Outgoing message)
    {
        if (!hasRoom)
        {
            throw new PipeTimeoutException(message.Sent, message.Length);
        }
    }

    private PayloadWriter Encode<T>(T value)
    {
        PayloadWriter writer = _writer ??= new PayloadWriter { Attached = _attached };
        try
        {
            Codec.Write(writer, value, typeof(T), $"the {typeof(T)} to be sent");
            if (writer.Tokens is { Count: > 0 })
            {
                throw new CannotTravelException("A CancellationToken cannot go through a pipe: nobody there would hear of its cancellation. Send a message that says what is to stop.");
            }

            return _attached.Count <= PacketHeader.MaximumDescriptors
                ? writer
                : throw new CannotTravelException($"The message has {_attached.Count} descriptors; one may have {PacketHeader.MaximumDescriptors}. Send them in several.");
        }
        catch
        {
            writer.Abandon();
            throw;
        }
    }

    private void Forget()
    {
        _writer?.Clear();
        foreach (Descriptor descriptor in _attached)
        {
            descriptor.Dispose();
        }

        _attached.Clear();
    }

    /// <summary>Any process may be the peer: bytes choose no type.</summary>
    public static ValueCodec NewCodec()
    {
        TravelExtensions.Enter();
        return new ValueCodec(CodecDirection.FromChild) { Carrier = Carrier.PipeMessage };
    }

    private void Enter(int? length, long deadline, CancellationToken token)
    {
        end.ThrowIfDisposed();
        token.ThrowIfCancellationRequested();
        if (!_gate.Wait(Deadline.Left(deadline), token))
        {
            throw new PipeTimeoutException(0, length);
        }
    }

    private async ValueTask EnterAsync(int? length, long deadline, CancellationToken token)
    {
        end.ThrowIfDisposed();
        token.ThrowIfCancellationRequested();
        if (!await _gate.WaitAsync(Deadline.Left(deadline), token).ConfigureAwait(false))
        {
            throw new PipeTimeoutException(0, length);
        }
    }
}

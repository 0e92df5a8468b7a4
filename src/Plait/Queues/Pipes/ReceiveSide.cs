using Plait.Codecs;
using Plait.Interop;
using Plait.Memory;

namespace Plait.Queues.Pipes;

/// <summary>The receiving half of an end, as its callers see it: one at a time, each with a whole message or none.</summary>
internal sealed class ReceiveSide(PipeEnd end)
{
    // A look is a system call of some 300 ns, beside pauses of 40.
    private const int LookCost = 8;

    private static readonly ValueCodec Codec = SendSide.NewCodec();

    private readonly SemaphoreSlim _gate = new(1, 1);

    // Guarded by _gate.
    private readonly Incoming _incoming = new();
    private readonly AdaptiveSpin _spin = new(LookCost);
    private bool _wantsWhole;

    public long Messages => _incoming.Messages;

    public long Bytes => _incoming.Bytes;

    /// <summary>Whether a message is known that nobody has taken. Read without the gate: a hint.</summary>
    public bool HasBegun => _incoming.HasBegun;

    /// <summary>Whether part of a message is here and part of it is not, so that nobody else could make sense of the rest. Read without the gate.</summary>
    public bool HoldsAny => _incoming.HoldsAny;

    public void Dispose()
    {
        // Whoever holds the gate drops what is left on the way out.
        if (_gate.Wait(0))
        {
            Leave();
        }
    }

    public bool TryReceiveValue<T>(long deadline, CancellationToken token, out T value)
    {
        value = default!;
        if (!Enter(deadline, token))
        {
            return false;
        }

        try
        {
            if (!Await(whole: false, deadline, token))
            {
                return false;
            }

            CheckKind(PacketKind.Value);
            CheckTag(TypeTag<T>.Value, typeof(T));
            if (!Await(whole: true, deadline, token))
            {
                return false;
            }

            value = Decode<T>();
            return true;
        }
        finally
        {
            Leave();
        }
    }

    public bool TryReceiveBytes(int maximumLength, long deadline, CancellationToken token, out byte[] bytes)
    {
        bytes = [];
        if (!Enter(deadline, token))
        {
            return false;
        }

        try
        {
            if (!Await(whole: false, deadline, token))
            {
                return false;
            }

            CheckBytes(maximumLength);
            if (!Await(whole: true, deadline, token))
            {
                return false;
            }

            bytes = _incoming.TakeBytes();
            return true;
        }
        finally
        {
            Leave();
        }
    }

    public bool TryReceiveBytes(Span<byte> destination, long deadline, CancellationToken token, out int length)
    {
        length = 0;
        if (!Enter(deadline, token))
        {
            return false;
        }

        try
        {
            if (!Await(whole: false, deadline, token))
            {
                return false;
            }

            CheckKind(PacketKind.Bytes);
            if (!Await(whole: true, deadline, token))
            {
                return false;
            }

            length = CopyTo(destination);
            return true;
        }
        finally
        {
            Leave();
        }
    }

    public async ValueTask<T> ReceiveValueAsync<T>(long deadline, CancellationToken token)
    {
        await EnterAsync(deadline, token).ConfigureAwait(false);
        try
        {
            await AwaitAsync(whole: false, deadline, token).ConfigureAwait(false);
            CheckKind(PacketKind.Value);
            CheckTag(TypeTag<T>.Value, typeof(T));
            await AwaitAsync(whole: true, deadline, token).ConfigureAwait(false);
            return Decode<T>();
        }
        finally
        {
            Leave();
        }
    }

    public async ValueTask<byte[]> ReceiveBytesAsync(int maximumLength, long deadline, CancellationToken token)
    {
        await EnterAsync(deadline, token).ConfigureAwait(false);
        try
        {
            await AwaitAsync(whole: false, deadline, token).ConfigureAwait(false);
            CheckBytes(maximumLength);
            await AwaitAsync(whole: true, deadline, token).ConfigureAwait(false);
            return _incoming.TakeBytes();
        }
        finally
        {
            Leave();
        }
    }

    public async ValueTask<int> ReceiveBytesAsync(Memory<byte> destination, long deadline, CancellationToken token)
    {
        await EnterAsync(deadline, token).ConfigureAwait(false);
        try
        {
            await AwaitAsync(whole: false, deadline, token).ConfigureAwait(false);
            CheckKind(PacketKind.Bytes);
            await AwaitAsync(whole: true, deadline, token).ConfigureAwait(false);
            return CopyTo(destination.Span);
        }
        finally
        {
            Leave();
        }
    }

    private bool Await(bool whole, long deadline, CancellationToken token)
    {
        if (Reach(whole))
        {
            return true;
        }

        if (deadline == Deadline.AtOnce)
        {
            return false;
        }

        _wantsWhole = whole;
        while (true)
        {
            token.ThrowIfCancellationRequested();
            if (_spin.Until(this, static side => side.Reach(side._wantsWhole)))
            {
                return true;
            }

            long start = MonotonicClock.Now;
            if (!end.Wait(forWriting: false, deadline, token))
            {
                return false;
            }

            _spin.Slept(MonotonicClock.Now - start);
        }
    }

    private async ValueTask AwaitAsync(bool whole, long deadline, CancellationToken token)
    {
        while (!Reach(whole))
        {
            if (!await end.WaitAsync(forWriting: false, deadline, token).ConfigureAwait(false))
            {
                throw NotInTime();
            }
        }
    }

    private bool Reach(bool whole)
    {
        if (whole ? _incoming.IsWhole : _incoming.HasBegun)
        {
            return true;
        }

        using var use = new PipeEnd.Use(end);
        while (_incoming.ReadPacket(end.Socket.Number))
        {
            if (whole ? _incoming.IsWhole : _incoming.HasBegun)
            {
                return true;
            }
        }

        return false;
    }

    private void CheckKind(PacketKind expected)
    {
        if (_incoming.Kind != expected)
        {
            throw new InvalidOperationException(expected == PacketKind.Value
                ? $"The next message is {_incoming.Length} bytes, not a value. It was left where it is: call ReceiveBytes."
                : "The next message is a value, not bytes. It was left where it is: call Receive<T>.");
        }
    }

    private void CheckTag(uint tag, Type type)
    {
        if (_incoming.TypeTag != tag)
        {
            throw new InvalidOperationException($"The next message was not sent as a {type}. It was left where it is: call Receive with the very type that Send was called with, and Send<T> with the type you mean where the compiler infers another.");
        }
    }

    private void CheckBytes(int maximumLength)
    {
        CheckKind(PacketKind.Bytes);
        if (_incoming.Length > maximumLength)
        {
            throw new MessageTooLongException(_incoming.Length, maximumLength);
        }
    }

    private int CopyTo(Span<byte> destination)
    {
        if (_incoming.Length > destination.Length)
        {
            throw new BufferTooShortException(_incoming.TakeBytes(), destination.Length);
        }

        _incoming.Body.CopyTo(destination);
        int length = _incoming.Body.Length;
        _incoming.Finish();
        return length;
    }

    private T Decode<T>()
    {
        try
        {
            _incoming.ThrowIfDescriptorsAreLost();
            var reader = new PayloadReader(_incoming.Body, store: null, _incoming.Descriptors);
            object? value = Codec.Read(ref reader, typeof(T));
            return reader.Remaining == 0
                ? (T)value!
                : throw new InvalidDataException($"The message holds a {typeof(T)} and {reader.Remaining} bytes more.");
        }
        finally
        {
            _incoming.Finish();
        }
    }

    private bool Enter(long deadline, CancellationToken token)
    {
        end.ThrowIfDisposed();
        token.ThrowIfCancellationRequested();
        return _gate.Wait(Deadline.Left(deadline), token);
    }

    private async ValueTask EnterAsync(long deadline, CancellationToken token)
    {
        end.ThrowIfDisposed();
        token.ThrowIfCancellationRequested();
        if (!await _gate.WaitAsync(Deadline.Left(deadline), token).ConfigureAwait(false))
        {
            throw NotInTime();
        }
    }

    private void Leave()
    {
        if (end.IsDisposed)
        {
            _incoming.Drop();
        }

        _ = _gate.Release();
    }

    private static TimeoutException NotInTime() => new("No message came in time. What has come of one is kept for the next call.");
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Plait.Net;

/// <content>Receiving.</content>
public abstract partial class Connection
{
    // What was received: [_start, _end) is still to be handed out. Null: nothing, and nothing is lent.
    private byte[]? _buffer;
    private int _start;
    private int _end;

    /// <summary>Waits until something has come, and gives what there is. No memory is held while it waits.</summary>
    /// <returns>The bytes, empty at the end of the stream. They are lent: the next receive takes them back. To be awaited once.</returns>
    /// <exception cref="ConnectionResetException">The other end has broken the connection off.</exception>
    /// <exception cref="ConnectionTimeoutException">Nothing has come for too long, or the connection is too old.</exception>
    /// <exception cref="InvalidOperationException">Another receive is under way; or it is not called from a coroutine of its loop, in a model that needs one.</exception>
    /// <exception cref="ObjectDisposedException">The connection is closed.</exception>
    public ValueTask<ReadOnlyMemory<byte>> ReceiveAsync()
    {
        if (_start == _end)
        {
            return LendAsync();
        }

        var rest = new ReadOnlyMemory<byte>(_buffer, _start, _end - _start);
        _start = _end;
        return new ValueTask<ReadOnlyMemory<byte>>(rest);
    }

    /// <summary>Waits until something has come, and puts what there is into a buffer.</summary>
    /// <param name="buffer">Where the bytes go.</param>
    /// <returns>How many there are: at least one, or 0 at the end of the stream and for an empty buffer. To be awaited once.</returns>
    /// <inheritdoc cref="ReceiveAsync()"/>
    public ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        if (_start == _end && !buffer.IsEmpty)
        {
            return ReadAsync(buffer);
        }

        int count = Math.Min(_end - _start, buffer.Length);
        _buffer.AsSpan(_start, count).CopyTo(buffer.Span);
        _start += count;
        return new ValueTask<int>(count);
    }

    /// <summary>Fills a buffer.</summary>
    /// <param name="buffer">Where the bytes go, all of it.</param>
    /// <returns>True; false when the stream had ended before the first byte. To be awaited once.</returns>
    /// <exception cref="EndOfStreamException">The stream has ended in the middle.</exception>
    /// <inheritdoc cref="ReceiveAsync()"/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> ReceiveExactlyAsync(Memory<byte> buffer)
    {
        int done = 0;
        while (done < buffer.Length)
        {
            int count = await ReceiveAsync(buffer[done..]);
            if (count == 0)
            {
                return done == 0 ? false : throw new EndOfStreamException($"The stream ended after {done} of {buffer.Length} bytes: {this}.");
            }

            done += count;
        }

        return true;
    }

    /// <summary>Waits for everything up to a delimiter, such as a line's end.</summary>
    /// <param name="delimiter">The bytes that end a message; at least one.</param>
    /// <param name="mostBytes">How long a message may be, without its delimiter; more than 0. Default: 65,536.</param>
    /// <returns>
    /// The bytes before the delimiter, which is taken as well; null when the stream had ended before the first byte. They are lent: the next receive takes them back. To be awaited once.
    /// </returns>
    /// <exception cref="ArgumentException">The delimiter is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="mostBytes"/> is 0 or less.</exception>
    /// <exception cref="EndOfStreamException">The stream has ended without the delimiter.</exception>
    /// <exception cref="MessageLimitExceededException">So many bytes have come, and no delimiter among them.</exception>
    /// <inheritdoc cref="ReceiveAsync()"/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadOnlyMemory<byte>?> ReceiveUntilAsync(ReadOnlyMemory<byte> delimiter, int mostBytes = 65_536)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(mostBytes);
        if (delimiter.IsEmpty)
        {
            throw new ArgumentException("A delimiter has at least one byte.", nameof(delimiter));
        }

        // What was looked through without finding it, of what is at hand.
        int seen = 0;
        while (true)
        {
            int at = _buffer.AsSpan(_start + seen, _end - _start - seen).IndexOf(delimiter.Span);
            int length = at < 0 ? _end - _start : seen + at;
            if (length > mostBytes + (at < 0 ? delimiter.Length - 1 : 0))
            {
                throw new MessageLimitExceededException(mostBytes, $"{length:N0} bytes have come without the end of the message, which may have {mostBytes:N0}: {this}.");
            }

            if (at >= 0)
            {
                var message = new ReadOnlyMemory<byte>(_buffer, _start, length);
                _start += length + delimiter.Length;
                return message;
            }

            seen = Math.Max(0, length - delimiter.Length + 1);
            if (!await FillAsync())
            {
                return length == 0 ? null : throw new EndOfStreamException($"The stream ended after {length:N0} bytes of a message without its end: {this}.");
            }
        }
    }

    /// <summary>Receives into a buffer that is not empty, past what is at hand.</summary>
    internal abstract ValueTask<int> ReadAsync(Memory<byte> buffer);

    /// <summary>Receives into a buffer of its own, which is taken once there is something: see <see cref="Rent"/>, <see cref="Lend(int)"/>. Nothing is at hand.</summary>
    internal abstract ValueTask<ReadOnlyMemory<byte>> LendAsync();

    private protected abstract byte[] RentBuffer(int length);

    private protected abstract void ReturnBuffer(byte[] buffer);

    /// <summary>The buffer for what comes, of a common size.</summary>
    private protected byte[] Rent() => _buffer ??= RentBuffer(0);

    /// <summary>So many bytes have come into the buffer, and are lent.</summary>
    private protected ReadOnlyMemory<byte> Lend(int count)
    {
        _start = _end = count;
        return new ReadOnlyMemory<byte>(_buffer, 0, count);
    }

    /// <summary>A buffer has come with bytes, of which so many are lent from there on. It is the connection's from here on; null for the end of the stream.</summary>
    private protected ReadOnlyMemory<byte> Lend(byte[]? buffer, int start, int count)
    {
        TakeBack();
        _buffer = buffer;
        _start = _end = start + count;
        return new ReadOnlyMemory<byte>(buffer, start, count);
    }

    /// <summary>Whether these bytes lie in what is lent, and that has such a length.</summary>
    private protected bool IsLent(ReadOnlyMemory<byte> data, int length) =>
        MemoryMarshal.TryGetArray(data, out ArraySegment<byte> piece) && piece.Array == _buffer && _buffer?.Length == length;

    /// <summary>Nothing is lent any more.</summary>
    private protected void TakeBack()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            _start = _end = 0;
            ReturnBuffer(buffer);
        }
    }

    // More behind what is at hand. False: the stream has ended.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> FillAsync()
    {
        if (_start == _end)
        {
            int lent = (await LendAsync()).Length;
            _start = _end - lent;
            return lent > 0;
        }

        if (_end == _buffer!.Length)
        {
            MakeRoom();
        }

        int count = await ReadAsync(_buffer.AsMemory(_end));
        _end += count;
        return count > 0;
    }

    private void MakeRoom()
    {
        byte[] old = _buffer!;
        int length = _end - _start;
        byte[] room = length > old.Length / 2 ? RentBuffer(old.Length * 2) : old;
        Buffer.BlockCopy(old, _start, room, 0, length);
        (_buffer, _start, _end) = (room, 0, length);
        if (room != old)
        {
            ReturnBuffer(old);
        }
    }
}

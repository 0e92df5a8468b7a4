using System.Buffers;
using System.Buffers.Binary;
using Plait.Interop;

namespace Plait.Processes.Managers;

/// <summary>
/// Frames over a socket: a length of four bytes, and so many bytes. One thread receives at a time; senders keep each other out themselves.
/// The buffer grows with what has arrived, not with what a length promises.
/// </summary>
internal sealed class FrameStream(StreamSocket socket) : IDisposable
{
    private const int Prefix = sizeof(int);
    private const int FirstBuffer = 4096;
    private const int LargestKept = 1 << 20;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
    private int _start;
    private int _end;

    // Of the frame that was given out last: it stays where it is until the next is asked for.
    private int _given;

    public StreamSocket Socket => socket;

    /// <summary>Sends one frame in two parts; false when the other end is gone.</summary>
    public bool Send(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        Span<byte> prefix = stackalloc byte[Prefix];
        BinaryPrimitives.WriteInt32LittleEndian(prefix, checked(first.Length + second.Length));
        return socket.Send(prefix, first, second);
    }

    /// <summary>The next frame, valid until the next call.</summary>
    /// <exception cref="InvalidDataException">The length cannot be.</exception>
    public FrameResult Receive(long deadline, out ReadOnlySpan<byte> frame)
    {
        frame = default;
        Forget();
        while (true)
        {
            int have = _end - _start;
            if (have >= Prefix)
            {
                int length = BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(_start));
                if (length <= 0 || length > Array.MaxLength - Prefix)
                {
                    throw new InvalidDataException($"A frame of {length} bytes was announced.");
                }

                if (have - Prefix >= length)
                {
                    frame = _buffer.AsSpan(_start + Prefix, length);
                    _given = Prefix + length;
                    return FrameResult.Frame;
                }

                MakeRoom(Prefix + length);
            }
            else
            {
                MakeRoom(Prefix);
            }

            if (deadline != MonotonicClock.Never && !socket.WaitReadable(deadline))
            {
                return FrameResult.TimedOut;
            }

            int count = socket.Receive(_buffer.AsSpan(_end));
            if (count == 0)
            {
                return FrameResult.End;
            }

            _end += count;
        }
    }

    public void Dispose()
    {
        socket.Dispose();
        byte[] buffer = _buffer;
        _buffer = [];
        _start = _end = _given = 0;
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Forget()
    {
        _start += _given;
        _given = 0;
        if (_start == _end)
        {
            _start = _end = 0;
            if (_buffer.Length > LargestKept)
            {
                Replace(FirstBuffer);
            }
        }
    }

    /// <summary>Makes room for at least one more byte of a frame of that many: for all of it where that costs little, else for twice what has come.</summary>
    private void MakeRoom(int wanted)
    {
        if (_buffer.Length - _start >= wanted)
        {
            return;
        }

        int have = _end - _start;
        _buffer.AsSpan(_start, have).CopyTo(_buffer);
        _start = 0;
        _end = have;
        if (_buffer.Length < wanted && have == _buffer.Length)
        {
            Replace((int)Math.Min(wanted, Math.Max(FirstBuffer, 2L * have)));
        }
    }

    private void Replace(int capacity)
    {
        byte[] bigger = ArrayPool<byte>.Shared.Rent(capacity);
        int have = _end - _start;
        _buffer.AsSpan(_start, have).CopyTo(bigger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = bigger;
        _start = 0;
        _end = have;
    }
}

internal enum FrameResult
{
    Frame,

    /// <summary>The other end is gone.</summary>
    End,

    TimedOut,
}

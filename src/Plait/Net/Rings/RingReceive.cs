using Plait.Coroutines.Engine;
using Plait.Interop;

namespace Plait.Net.Rings;

/// <summary>Receives: asks, keeps what has come until somebody wants it, asks again.</summary>
internal sealed class RingReceive(RingPoller poller, LoopDescriptor descriptor) : RingOperation
{
    // What has come: [_start, _end) of the buffer is still to be handed out. Null: the end of the stream, or an error, or nothing.
    private byte[]? _buffer;
    private int _start;
    private int _end;
    private int _errno;

    private bool _isStarved;
    private bool _isEmpty;

    /// <summary>Whether there is something to take: bytes, the end, or an error.</summary>
    public bool HasCome { get; private set; }

    /// <summary>Asks the kernel, if that is not done.</summary>
    public void Ask()
    {
        if (!IsInFlight && !_isStarved)
        {
            descriptor.CanRead = false;
            Submit();
        }
    }

    /// <summary>Its turn has come to try for a buffer once more.</summary>
    public void Feed()
    {
        _isStarved = false;
        if (!descriptor.IsClosed)
        {
            Submit();
        }
    }

    /// <summary>What went wrong, which is told once: 0 for nothing.</summary>
    public int TakeError()
    {
        int errno = _errno;
        if (errno != 0)
        {
            _errno = 0;
            HasCome = false;
        }

        return errno;
    }

    /// <summary>Copies what has come; 0 at the end of the stream.</summary>
    public int CopyTo(Span<byte> target)
    {
        int count = Math.Min(_end - _start, target.Length);
        _buffer.AsSpan(_start, count).CopyTo(target);
        _start += count;
        if (_start == _end)
        {
            Drop();
        }

        return count;
    }

    /// <summary>The buffer with what has come, which is the caller's from here on; null at the end of the stream.</summary>
    public (byte[]? Buffer, int Start, int Count) Take()
    {
        (byte[]? buffer, int start, int count) = (_buffer, _start, _end - _start);
        _buffer = null;
        Drop();
        return (buffer, start, count);
    }

    /// <summary>Nobody wants it.</summary>
    public void Drop()
    {
        if (_buffer is { } buffer)
        {
            poller.Buffers.Return(buffer);
        }

        (_buffer, _start, _end, _errno, HasCome) = (null, 0, 0, 0, false);
    }

    public override void OnCompleted(in RingCompletion completion)
    {
        if (completion.Buffer >= 0)
        {
            _buffer = poller.Buffers.Take(completion.Buffer);
        }

        switch (completion.Result)
        {
            case -Errno.ENOBUFS:
                poller.Buffers.Grow();
                _isStarved = true;
                poller.Starve(this);
                return;

            case -Errno.EAGAIN or -Errno.EINTR when !descriptor.IsClosed:
                Submit();
                return;

            case -Errno.ECANCELED:
                descriptor.CanRead = true;
                return;

            default:
                _end = Math.Max(completion.Result, 0);
                _errno = Math.Max(-completion.Result, 0);
                _isEmpty = !completion.IsMoreThere;
                HasCome = true;
                descriptor.OnReady(isReadable: true, isWritable: false, isOver: false);
                return;
        }
    }

    private void Submit()
    {
        ref RingSubmission entry = ref poller.Prepare(this);
        entry.Opcode = RingOpcode.Receive;
        entry.Flags = IoRing.FromGroup;
        entry.Priority = _isEmpty ? IoRing.PollFirst : (ushort)0;
        entry.Descriptor = descriptor.Number;
    }
}

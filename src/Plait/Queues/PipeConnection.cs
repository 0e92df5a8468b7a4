using System.Runtime.InteropServices;
using Plait.Interop;
using Plait.Queues.Pipes;

namespace Plait.Queues;

/// <summary>
/// One end of a pipe. Messages are values or bytes; each arrives whole or not at all, in the order in which it was sent.
/// <para>
/// An end can be an argument of a child or of a task, be sent through a pipe, or travel in anything else that Plait carries. The receiver gets an
/// end of its own; both stay usable until they are disposed, and the peer notices only when the last one is gone.
/// </para>
/// Members are safe for several threads: one message is sent, and one received, at a time. Several processes may send messages of up to 65,512
/// bytes on one end at once; longer ones only one of them.
/// </summary>
public sealed partial class PipeConnection : IReadySource, IEndOwner, IDisposable
{
    private readonly PipeEnd _end;
    private readonly SendSide _sending;
    private readonly ReceiveSide _receiving;

    internal PipeConnection(Descriptor socket, bool canReceive, bool canSend)
    {
        _end = new PipeEnd(socket);
        _sending = new SendSide(_end);
        _receiving = new ReceiveSide(_end);
        CanReceive = canReceive;
        CanSend = canSend;
    }

    /// <summary>Whether this end receives: false for the writer of a simplex pipe.</summary>
    public bool CanReceive { get; }

    /// <summary>Whether this end sends: false for the reader of a simplex pipe.</summary>
    public bool CanSend { get; }

    bool IReadySource.IsReady => _receiving.HasBegun || _end.IsDisposed;

    SafeHandle? IReadySource.ReadyDescriptor => _end.Socket;

    PipeEnd IEndOwner.End => _end;

    internal PipeEnd End => _end;

    /// <summary>Part of a message is here, so that nobody who got the end now could make sense of the rest.</summary>
    internal bool HoldsAny => _receiving.HoldsAny;

    /// <summary>Whether a message can be received, or the peer is gone. Does not wait.</summary>
    /// <returns>Whether <c>Receive</c> would give a message or an error without waiting for the peer (of a message over 64 KiB: its first part).</returns>
    /// <exception cref="InvalidOperationException">This end only sends.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public bool Poll() => Poll(TimeSpan.Zero);

    /// <summary>Blocks until a message can be received, or the peer is gone.</summary>
    /// <param name="timeout">How long to wait at most; 0 or more, at most 24 days, or infinite.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether <c>Receive</c> would give a message or an error without waiting for the peer (of a message over 64 KiB: its first part); false when the time was over.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="InvalidOperationException">This end only sends.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public bool Poll(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ThrowUnlessReceiving();
        bool isReady = Readiness.WaitAny([this], timeout, cancellationToken) is not null;
        _end.ThrowIfDisposed();
        return isReady;
    }

    /// <summary>As <see cref="Poll(TimeSpan, CancellationToken)"/>, without blocking a thread.</summary>
    /// <inheritdoc cref="Poll(TimeSpan, CancellationToken)"/>
    public async ValueTask<bool> PollAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ThrowUnlessReceiving();
        bool isReady = await Readiness.WaitAnyAsync([this], timeout, cancellationToken).ConfigureAwait(false) is not null;
        _end.ThrowIfDisposed();
        return isReady;
    }

    /// <summary>What went through this end in this process.</summary>
    /// <returns>A snapshot.</returns>
    public PipeStatistics GetStatistics() => new(_sending.Messages, _sending.Bytes, _receiving.Messages, _receiving.Bytes);

    /// <summary>Closes this end. Who waits for it gets <see cref="ObjectDisposedException"/>. The peer notices when no process has the end any more.</summary>
    public void Dispose()
    {
        _end.Dispose();
        _receiving.Dispose();
    }

    /// <summary>Which end it is, for messages.</summary>
    public override string ToString() =>
        _end.IsDisposed ? "a pipe connection that is disposed" : $"a pipe connection (descriptor {_end.Socket.Number}{(CanSend ? CanReceive ? "" : ", sends only" : ", receives only")})";

    private void ThrowUnlessReceiving()
    {
        if (!CanReceive)
        {
            throw new InvalidOperationException("This end of a simplex pipe only sends. Receive from the other one, or make the pipe with Pipe.Create.");
        }

        _end.ThrowIfDisposed();
    }

    private void ThrowUnlessSending()
    {
        if (!CanSend)
        {
            throw new InvalidOperationException("This end of a simplex pipe only receives. Send on the other one, or make the pipe with Pipe.Create.");
        }

        _end.ThrowIfDisposed();
    }
}

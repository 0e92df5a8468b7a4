using Plait.Codecs;
using Plait.Interop;
using Plait.Queues.Pipes;

namespace Plait.Queues;

public sealed partial class PipeConnection
{
    /// <summary>Sends a value. Blocks while the peer does not receive and what it may be ahead is used up (about 200 KiB).</summary>
    /// <typeparam name="T">What the value is declared as: the receiver names the same type.</typeparam>
    /// <param name="value">The value. It is encoded before anything is sent; connections, sockets and file handles in it travel as duplicates.</param>
    /// <param name="cancellationToken">Ends the wait; the message will not arrive, and the connection can be used on.</param>
    /// <exception cref="CannotTravelException">The value cannot go to another process; the message names the part and the reason. Nothing was sent.</exception>
    /// <exception cref="PipeClosedException">The peer is gone.</exception>
    /// <exception cref="InvalidOperationException">This end only receives.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public void Send<T>(T value, CancellationToken cancellationToken = default)
    {
        ThrowUnlessSending();
        _sending.SendValue(value, MonotonicClock.Never, cancellationToken);
    }

    /// <summary>Sends a value within <paramref name="timeout"/>.</summary>
    /// <param name="value">The value. It is encoded before anything is sent; connections, sockets and file handles in it travel as duplicates.</param>
    /// <param name="timeout">How long to wait at most; 0 to send only what can go at once; at most 24 days, or infinite.</param>
    /// <param name="cancellationToken">Ends the wait; the message will not arrive, and the connection can be used on.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="PipeTimeoutException">The time was over first; it says how much was left. The message will not arrive, and the connection can be used on.</exception>
    /// <inheritdoc cref="Send{T}(T, CancellationToken)"/>
    public void Send<T>(T value, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ThrowUnlessSending();
        _sending.SendValue(value, Deadline.After(timeout), cancellationToken);
    }

    /// <summary>Sends a value without blocking a thread.</summary>
    /// <returns>Completes when it is sent.</returns>
    /// <inheritdoc cref="Send{T}(T, CancellationToken)"/>
    public ValueTask SendAsync<T>(T value, CancellationToken cancellationToken = default)
    {
        ThrowUnlessSending();
        return _sending.SendValueAsync(value, MonotonicClock.Never, cancellationToken);
    }

    /// <summary>Sends a value within <paramref name="timeout"/>, without blocking a thread.</summary>
    /// <returns>Completes when it is sent.</returns>
    /// <inheritdoc cref="Send{T}(T, TimeSpan, CancellationToken)"/>
    public ValueTask SendAsync<T>(T value, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ThrowUnlessSending();
        return _sending.SendValueAsync(value, Deadline.After(timeout), cancellationToken);
    }

    /// <summary>Sends bytes as one message. Blocks while the peer does not receive and what it may be ahead is used up (about 200 KiB).</summary>
    /// <param name="bytes">The bytes; none is a message too.</param>
    /// <param name="cancellationToken">Ends the wait; the message will not arrive, and the connection can be used on.</param>
    /// <exception cref="PipeClosedException">The peer is gone.</exception>
    /// <exception cref="InvalidOperationException">This end only receives.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public void SendBytes(ReadOnlySpan<byte> bytes, CancellationToken cancellationToken = default)
    {
        ThrowUnlessSending();
        _sending.SendBytes(bytes, MonotonicClock.Never, cancellationToken);
    }

    /// <summary>Sends bytes as one message within <paramref name="timeout"/>.</summary>
    /// <param name="bytes">The bytes; none is a message too.</param>
    /// <param name="timeout">How long to wait at most; 0 to send only what can go at once; at most 24 days, or infinite.</param>
    /// <param name="cancellationToken">Ends the wait; the message will not arrive, and the connection can be used on.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="PipeTimeoutException">The time was over first; it says how much was left. The message will not arrive, and the connection can be used on.</exception>
    /// <inheritdoc cref="SendBytes(ReadOnlySpan{byte}, CancellationToken)"/>
    public void SendBytes(ReadOnlySpan<byte> bytes, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ThrowUnlessSending();
        _sending.SendBytes(bytes, Deadline.After(timeout), cancellationToken);
    }

    /// <summary>Sends bytes as one message, without blocking a thread.</summary>
    /// <param name="bytes">The bytes, which must not change before they are sent; none is a message too.</param>
    /// <param name="cancellationToken">Ends the wait; the message will not arrive, and the connection can be used on.</param>
    /// <returns>Completes when they are sent.</returns>
    /// <inheritdoc cref="SendBytes(ReadOnlySpan{byte}, CancellationToken)" path="/exception"/>
    public ValueTask SendBytesAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        ThrowUnlessSending();
        return _sending.SendBytesAsync(bytes, MonotonicClock.Never, cancellationToken);
    }

    /// <summary>Sends bytes as one message within <paramref name="timeout"/>, without blocking a thread.</summary>
    /// <param name="bytes">The bytes, which must not change before they are sent; none is a message too.</param>
    /// <param name="timeout">How long to wait at most; 0 to send only what can go at once; at most 24 days, or infinite.</param>
    /// <param name="cancellationToken">Ends the wait; the message will not arrive, and the connection can be used on.</param>
    /// <returns>Completes when they are sent.</returns>
    /// <inheritdoc cref="SendBytes(ReadOnlySpan{byte}, TimeSpan, CancellationToken)" path="/exception"/>
    public ValueTask SendBytesAsync(ReadOnlyMemory<byte> bytes, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ThrowUnlessSending();
        return _sending.SendBytesAsync(bytes, Deadline.After(timeout), cancellationToken);
    }
}

using System.Diagnostics.CodeAnalysis;
using Plait.Interop;
using Plait.Queues.Pipes;

namespace Plait.Queues;

public sealed partial class PipeConnection
{
    /// <summary>Receives a value; blocks until one has come.</summary>
    /// <typeparam name="T">What it was sent as: the very type that <c>Send</c> was called with.</typeparam>
    /// <param name="cancellationToken">Ends the wait; what has come of a message is kept for the next call.</param>
    /// <returns>The value.</returns>
    /// <exception cref="PipeClosedException">The peer is gone, and everything it sent has been received; or it died in the middle of this message.</exception>
    /// <exception cref="InvalidOperationException">This end only sends; or the next message is bytes, or of another type, and was left where it is.</exception>
    /// <exception cref="InvalidDataException">The peer sent what is no value of that type, or does not keep to the protocol.</exception>
    /// <exception cref="DescriptorUnavailableException">This process has as many descriptors open as it may, and the message brought more. It is lost.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public T Receive<T>(CancellationToken cancellationToken = default)
    {
        ThrowUnlessReceiving();
        _ = _receiving.TryReceiveValue(MonotonicClock.Never, cancellationToken, out T value);
        return value;
    }

    /// <summary>Receives a value if one has come. Does not wait.</summary>
    /// <typeparam name="T">What it was sent as: the very type that <c>Send</c> was called with.</typeparam>
    /// <param name="value">The value; the default value when false.</param>
    /// <returns>Whether there was one.</returns>
    /// <inheritdoc cref="Receive{T}(CancellationToken)" path="/exception"/>
    public bool TryReceive<T>([MaybeNullWhen(false)] out T value)
    {
        ThrowUnlessReceiving();
        return _receiving.TryReceiveValue(Deadline.AtOnce, CancellationToken.None, out value);
    }

    /// <summary>Receives a value; blocks for at most <paramref name="timeout"/>.</summary>
    /// <typeparam name="T">What it was sent as: the very type that <c>Send</c> was called with.</typeparam>
    /// <param name="timeout">How long to wait at most; 0 or more, at most 24 days, or infinite.</param>
    /// <param name="value">The value; the default value when false.</param>
    /// <param name="cancellationToken">Ends the wait; what has come of a message is kept for the next call.</param>
    /// <returns>Whether one came in time. What has come of a message is kept for the next call.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <inheritdoc cref="Receive{T}(CancellationToken)" path="/exception"/>
    public bool TryReceive<T>(TimeSpan timeout, [MaybeNullWhen(false)] out T value, CancellationToken cancellationToken = default)
    {
        ThrowUnlessReceiving();
        return _receiving.TryReceiveValue(Deadline.After(timeout), cancellationToken, out value);
    }

    /// <summary>Receives a value without blocking a thread.</summary>
    /// <inheritdoc cref="Receive{T}(CancellationToken)"/>
    public ValueTask<T> ReceiveAsync<T>(CancellationToken cancellationToken = default)
    {
        ThrowUnlessReceiving();
        return _receiving.ReceiveValueAsync<T>(MonotonicClock.Never, cancellationToken);
    }

    /// <summary>Receives a value within <paramref name="timeout"/>, without blocking a thread.</summary>
    /// <typeparam name="T">What it was sent as: the very type that <c>Send</c> was called with.</typeparam>
    /// <param name="timeout">How long to wait at most; 0 or more, at most 24 days, or infinite.</param>
    /// <param name="cancellationToken">Ends the wait; what has come of a message is kept for the next call.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="TimeoutException">None came in time. What has come of a message is kept for the next call.</exception>
    /// <inheritdoc cref="Receive{T}(CancellationToken)" path="/exception"/>
    public ValueTask<T> ReceiveAsync<T>(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ThrowUnlessReceiving();
        return _receiving.ReceiveValueAsync<T>(Deadline.After(timeout), cancellationToken);
    }

    /// <summary>Receives a message of bytes; blocks until one has come.</summary>
    /// <param name="maximumLength">The longest message that is wanted, in bytes; 0 or more.</param>
    /// <param name="cancellationToken">Ends the wait; what has come of a message is kept for the next call.</param>
    /// <returns>Its bytes.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maximumLength"/> is negative.</exception>
    /// <exception cref="MessageTooLongException">The next message is longer than <paramref name="maximumLength"/>. It was left where it is.</exception>
    /// <exception cref="PipeClosedException">The peer is gone, and everything it sent has been received; or it died in the middle of this message.</exception>
    /// <exception cref="InvalidOperationException">This end only sends; or the next message is a value, and was left where it is.</exception>
    /// <exception cref="InvalidDataException">The peer does not keep to the protocol.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public byte[] ReceiveBytes(int maximumLength = int.MaxValue, CancellationToken cancellationToken = default)
    {
        ThrowUnlessReceiving(maximumLength);
        _ = _receiving.TryReceiveBytes(maximumLength, MonotonicClock.Never, cancellationToken, out byte[] bytes);
        return bytes;
    }

    /// <summary>Receives a message of bytes into a buffer; blocks until one has come.</summary>
    /// <param name="destination">Gets its bytes, from the beginning on.</param>
    /// <param name="cancellationToken">Ends the wait; what has come of a message is kept for the next call.</param>
    /// <returns>How many bytes it has.</returns>
    /// <exception cref="BufferTooShortException">The message is longer than <paramref name="destination"/>, which is unchanged. The exception has the bytes.</exception>
    /// <exception cref="PipeClosedException">The peer is gone, and everything it sent has been received; or it died in the middle of this message.</exception>
    /// <exception cref="InvalidOperationException">This end only sends; or the next message is a value, and was left where it is.</exception>
    /// <exception cref="InvalidDataException">The peer does not keep to the protocol.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public int ReceiveBytes(Span<byte> destination, CancellationToken cancellationToken = default)
    {
        ThrowUnlessReceiving();
        _ = _receiving.TryReceiveBytes(destination, MonotonicClock.Never, cancellationToken, out int length);
        return length;
    }

    /// <summary>Receives a message of bytes; blocks for at most <paramref name="timeout"/>.</summary>
    /// <param name="timeout">How long to wait at most; 0 not to wait; at most 24 days, or infinite.</param>
    /// <param name="bytes">Its bytes; empty when false.</param>
    /// <param name="maximumLength">The longest message that is wanted, in bytes; 0 or more.</param>
    /// <param name="cancellationToken">Ends the wait; what has come of a message is kept for the next call.</param>
    /// <returns>Whether one came in time. What has come of a message is kept for the next call.</returns>
    /// <inheritdoc cref="ReceiveBytes(int, CancellationToken)" path="/exception"/>
    public bool TryReceiveBytes(TimeSpan timeout, out byte[] bytes, int maximumLength = int.MaxValue, CancellationToken cancellationToken = default)
    {
        ThrowUnlessReceiving(maximumLength);
        return _receiving.TryReceiveBytes(maximumLength, Deadline.After(timeout), cancellationToken, out bytes);
    }

    /// <summary>Receives a message of bytes into a buffer; blocks for at most <paramref name="timeout"/>.</summary>
    /// <param name="timeout">How long to wait at most; 0 not to wait; at most 24 days, or infinite.</param>
    /// <param name="destination">Gets its bytes, from the beginning on.</param>
    /// <param name="length">How many bytes it has; 0 when false.</param>
    /// <param name="cancellationToken">Ends the wait; what has come of a message is kept for the next call.</param>
    /// <returns>Whether one came in time. What has come of a message is kept for the next call.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <inheritdoc cref="ReceiveBytes(Span{byte}, CancellationToken)" path="/exception"/>
    public bool TryReceiveBytes(TimeSpan timeout, Span<byte> destination, out int length, CancellationToken cancellationToken = default)
    {
        ThrowUnlessReceiving();
        return _receiving.TryReceiveBytes(destination, Deadline.After(timeout), cancellationToken, out length);
    }

    /// <summary>Receives a message of bytes without blocking a thread.</summary>
    /// <inheritdoc cref="ReceiveBytes(int, CancellationToken)"/>
    public ValueTask<byte[]> ReceiveBytesAsync(int maximumLength = int.MaxValue, CancellationToken cancellationToken = default) =>
        ReceiveBytesAsync(Timeout.InfiniteTimeSpan, maximumLength, cancellationToken);

    /// <summary>Receives a message of bytes within <paramref name="timeout"/>, without blocking a thread.</summary>
    /// <param name="timeout">How long to wait at most; 0 or more, at most 24 days, or infinite.</param>
    /// <param name="maximumLength">The longest message that is wanted, in bytes; 0 or more.</param>
    /// <param name="cancellationToken">Ends the wait; what has come of a message is kept for the next call.</param>
    /// <returns>Its bytes.</returns>
    /// <exception cref="TimeoutException">None came in time. What has come of a message is kept for the next call.</exception>
    /// <inheritdoc cref="ReceiveBytes(int, CancellationToken)" path="/exception"/>
    public ValueTask<byte[]> ReceiveBytesAsync(TimeSpan timeout, int maximumLength = int.MaxValue, CancellationToken cancellationToken = default)
    {
        ThrowUnlessReceiving(maximumLength);
        return _receiving.ReceiveBytesAsync(maximumLength, Deadline.After(timeout), cancellationToken);
    }

    /// <summary>Receives a message of bytes into a buffer, without blocking a thread.</summary>
    /// <inheritdoc cref="ReceiveBytes(Span{byte}, CancellationToken)"/>
    public ValueTask<int> ReceiveBytesAsync(Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        ThrowUnlessReceiving();
        return _receiving.ReceiveBytesAsync(destination, MonotonicClock.Never, cancellationToken);
    }

    private void ThrowUnlessReceiving(int maximumLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maximumLength);
        ThrowUnlessReceiving();
    }
}

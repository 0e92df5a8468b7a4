using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Plait.Queues.Pipes;

namespace Plait.Queues;

/// <summary>One end of a pipe for values of one type. As <see cref="PipeConnection"/>, with the type named once.</summary>
/// <typeparam name="T">What is sent.</typeparam>
public sealed class PipeConnection<T> : IReadySource, IEndOwner, IDisposable
{
    /// <summary>Sends and receives values of one type on a connection, such as one that a listener has accepted.</summary>
    /// <param name="connection">The connection. It is disposed with this.</param>
    /// <exception cref="ArgumentNullException"><paramref name="connection"/> is null.</exception>
    public PipeConnection(PipeConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        Connection = connection;
    }

    /// <summary>The connection itself, for what this type leaves out.</summary>
    public PipeConnection Connection { get; }

    bool IReadySource.IsReady => ((IReadySource)Connection).IsReady;

    PipeEnd IEndOwner.End => Connection.End;

    SafeHandle? IReadySource.ReadyDescriptor => ((IReadySource)Connection).ReadyDescriptor;

    /// <inheritdoc cref="PipeConnection.Send{T}(T, CancellationToken)"/>
    public void Send(T value, CancellationToken cancellationToken = default) => Connection.Send(value, cancellationToken);

    /// <inheritdoc cref="PipeConnection.Send{T}(T, TimeSpan, CancellationToken)"/>
    public void Send(T value, TimeSpan timeout, CancellationToken cancellationToken = default) => Connection.Send(value, timeout, cancellationToken);

    /// <inheritdoc cref="PipeConnection.SendAsync{T}(T, CancellationToken)"/>
    public ValueTask SendAsync(T value, CancellationToken cancellationToken = default) => Connection.SendAsync(value, cancellationToken);

    /// <inheritdoc cref="PipeConnection.Receive{T}(CancellationToken)"/>
    public T Receive(CancellationToken cancellationToken = default) => Connection.Receive<T>(cancellationToken);

    /// <inheritdoc cref="PipeConnection.TryReceive{T}(out T)"/>
    public bool TryReceive([MaybeNullWhen(false)] out T value) => Connection.TryReceive(out value);

    /// <inheritdoc cref="PipeConnection.TryReceive{T}(TimeSpan, out T, CancellationToken)"/>
    public bool TryReceive(TimeSpan timeout, [MaybeNullWhen(false)] out T value, CancellationToken cancellationToken = default) =>
        Connection.TryReceive(timeout, out value, cancellationToken);

    /// <inheritdoc cref="PipeConnection.ReceiveAsync{T}(CancellationToken)"/>
    public ValueTask<T> ReceiveAsync(CancellationToken cancellationToken = default) => Connection.ReceiveAsync<T>(cancellationToken);

    /// <inheritdoc cref="PipeConnection.ReceiveAsync{T}(TimeSpan, CancellationToken)"/>
    public ValueTask<T> ReceiveAsync(TimeSpan timeout, CancellationToken cancellationToken = default) => Connection.ReceiveAsync<T>(timeout, cancellationToken);

    /// <inheritdoc cref="PipeConnection.Poll()"/>
    public bool Poll() => Connection.Poll();

    /// <inheritdoc cref="PipeConnection.Poll(TimeSpan, CancellationToken)"/>
    public bool Poll(TimeSpan timeout, CancellationToken cancellationToken = default) => Connection.Poll(timeout, cancellationToken);

    /// <inheritdoc cref="PipeConnection.Dispose"/>
    public void Dispose() => Connection.Dispose();

    /// <inheritdoc cref="PipeConnection.ToString"/>
    public override string ToString() => Connection.ToString();
}

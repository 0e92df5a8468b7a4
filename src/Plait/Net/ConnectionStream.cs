using System.Diagnostics.CodeAnalysis;

namespace Plait.Net;

/// <summary>A connection as a stream. Calls that block run only where the connection itself does.</summary>
internal sealed class ConnectionStream(Connection connection) : Stream
{
    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException("A connection has no length.");

    [SuppressMessage("Design", "CA1065:Do not raise exceptions in unexpected locations", Justification = "What a stream without positions does.")]
    public override long Position
    {
        get => throw new NotSupportedException("A connection has no position.");
        set => throw new NotSupportedException("A connection has no position.");
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return connection.ReceiveAsync(buffer);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return connection.SendAsync(buffer);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => Completed(connection.ReceiveAsync(buffer.AsMemory(offset, count)).AsTask()).Result;

    public override void Write(byte[] buffer, int offset, int count) => Completed(connection.SendAsync(buffer.AsMemory(offset, count)).AsTask()).GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A connection cannot be rewound.");

    public override void SetLength(long value) => throw new NotSupportedException("A connection has no length.");

    // On a loop's thread, waiting for what only the loop can bring would never end.
    private T Completed<T>(T task)
        where T : Task => task.IsCompleted || !connection.NeedsLoop
        ? task
        : throw new InvalidOperationException($"A read or write that blocks would stop the loop of {connection}: use ReadAsync and WriteAsync.");
}

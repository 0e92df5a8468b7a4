using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Plait.Interop;

namespace Plait.Net.Engine;

/// <summary>TLS over another connection, which it owns. It counts plain bytes; the other one has its waits, and their limits.</summary>
internal sealed class TlsConnection : Connection
{
    private readonly Connection _inner;
    private readonly SslStream _stream;

    private int _receivers;
    private int _senders;
    private bool _isAgreed;
    private bool _isBroken;
    private bool _isEnded;
    private bool _isClosed;

    public TlsConnection(Connection inner)
    {
        _inner = inner;
        _stream = new SslStream(inner.AsStream(), leaveInnerStreamOpen: true);
        Stopping = inner.Stopping;
        FirstByteTimeout = inner.FirstByteTimeout;
        ReceiveTimeout = inner.ReceiveTimeout;
        SendTimeout = inner.SendTimeout;
    }

    public override EndPoint? LocalEndPoint => _inner.LocalEndPoint;

    public override EndPoint? RemoteEndPoint => _inner.RemoteEndPoint;

    internal override bool NeedsLoop => _inner.NeedsLoop;

    /// <summary>The handshake of a server.</summary>
    /// <param name="options">What is asked for.</param>
    /// <param name="timeout">For all of it: a client that sends a little now and then does not have it for longer.</param>
    public Task AgreeAsync(SslServerAuthenticationOptions options, TimeSpan timeout) =>
        AgreeAsync(() => _stream.AuthenticateAsServerAsync(options), timeout, ConnectionTimeout.FirstByte);

    /// <summary>The handshake of a client.</summary>
    /// <inheritdoc cref="AgreeAsync(SslServerAuthenticationOptions, TimeSpan)"/>
    public Task AgreeAsync(SslClientAuthenticationOptions options, TimeSpan timeout) =>
        AgreeAsync(() => _stream.AuthenticateAsClientAsync(options), timeout, ConnectionTimeout.Connect);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask SendAsync(ReadOnlyMemory<byte> data)
    {
        Enter(ref _senders, "send");
        try
        {
            _inner.SendTimeout = SendTimeout;
            await _stream.WriteAsync(data);
            BytesSent += data.Length;
        }
        catch (Exception error)
        {
            _isBroken = true;
            Rethrow(error);
            throw;
        }
        finally
        {
            Volatile.Write(ref _senders, 0);
        }
    }

    public override async ValueTask EndSendingAsync()
    {
        Enter(ref _senders, "send");
        try
        {
            if (!_isEnded)
            {
                _isEnded = true;
                _inner.SendTimeout = SendTimeout;
                await _stream.ShutdownAsync();
                await _inner.EndSendingAsync();
            }
        }
        catch (Exception error)
        {
            _isBroken = true;
            Rethrow(error);
            throw;
        }
        finally
        {
            Volatile.Write(ref _senders, 0);
        }
    }

    public override void Abort() => _inner.Abort();

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever keeps the last word from being said must not keep the socket open.")]
    public override async ValueTask DisposeAsync()
    {
        if (_isClosed)
        {
            return;
        }

        // Without a word at the end, the other one could not tell it from a stream that somebody has cut.
        bool isInUse = (Volatile.Read(ref _receivers) | Volatile.Read(ref _senders)) != 0;
        if (_isAgreed && !_isBroken && !isInUse)
        {
            try
            {
                await EndSendingAsync();
            }
            catch (Exception)
            {
                // It is gone, or does not read, or this coroutine is being killed: nobody can be told, and it is closed all the same.
            }
        }

        _isClosed = true;
        await _inner.DisposeAsync();
        await _stream.DisposeAsync();
        if (!isInUse)
        {
            TakeBack();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal override async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        Enter(ref _receivers, "receive");
        (TimeSpan time, ConnectionTimeout kind) = ReceiveLimit;
        try
        {
            _inner.ReceiveTimeout = time;
            int count = await _stream.ReadAsync(buffer);
            BytesReceived += count;
            return count;
        }
        catch (Exception error)
        {
            _isBroken = true;
            Rethrow(error, kind);
            throw;
        }
        finally
        {
            Volatile.Write(ref _receivers, 0);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal override async ValueTask<ReadOnlyMemory<byte>> LendAsync() => Lend(await ReadAsync(Rent()));

    private protected override byte[] RentBuffer(int length) => ArrayPool<byte>.Shared.Rent(Math.Max(length, 16 * 1024));

    private protected override void ReturnBuffer(byte[] buffer) => ArrayPool<byte>.Shared.Return(buffer);

    private async Task AgreeAsync(Func<Task> handshake, TimeSpan timeout, ConnectionTimeout kind)
    {
        // 1: agreed, or failed; 2: too late. Whichever is first.
        int end = 0;
        using ITimer timer = TimeProvider.System.CreateTimer(
            _ =>
            {
                if (Interlocked.CompareExchange(ref end, 2, 0) == 0)
                {
                    _inner.Abort();
                }
            },
            null,
            TimerLimit.Of(timeout),
            Timeout.InfiniteTimeSpan);
        try
        {
            await handshake();
            _isAgreed = true;
        }
        catch (Exception error) when (Volatile.Read(ref end) != 2)
        {
            Rethrow(error);
            throw;
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            throw Late();
        }

        if (Interlocked.CompareExchange(ref end, 1, 0) == 2)
        {
            throw Late();
        }

        ConnectionTimeoutException Late() => new(kind, $"TLS was not agreed on within {timeout.TotalSeconds:0.###} s: {this}.");
    }

    // What the connection below has thrown comes out of the stream inside an exception of its own.
    private void Rethrow(Exception error, ConnectionTimeout kind = ConnectionTimeout.Idle)
    {
        Exception cause = error.GetType() == typeof(IOException) && error.InnerException is { } inner and not SystemCallException ? inner : error;
        if (cause is ConnectionTimeoutException { Kind: ConnectionTimeout.Idle } && kind == ConnectionTimeout.FirstByte)
        {
            throw TimedOut(kind);
        }

        if (cause != error)
        {
            ExceptionDispatchInfo.Throw(cause);
        }
    }

    private void Enter(ref int flag, string what)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        if (Interlocked.Exchange(ref flag, 1) != 0)
        {
            throw new InvalidOperationException($"Another {what} is under way: {this}. One at a time uses a connection.");
        }
    }
}

using System.Net;
using Plait.Interop;

namespace Plait.Net;

/// <summary>
/// A stream of bytes in both directions, TCP or Unix, under one of the models of I/O: the same members, whether they block a thread or let other coroutines run.
/// </summary>
/// <remarks>
/// <para>One reads and one writes at a time; both may be at work at once, in models that are not blocking. A connection of an event loop is for coroutines of that loop.</para>
/// <para>Nothing is buffered on the way out: what <see cref="SendAsync"/> has sent is the kernel's, and when the other end does not read, sending waits.</para>
/// </remarks>
public abstract partial class Connection : IAsyncDisposable
{
    private static long s_ids;

    private TimeSpan _receiveTimeout = Timeout.InfiniteTimeSpan;
    private TimeSpan _sendTimeout = Timeout.InfiniteTimeSpan;

    // Zero: none of its own. A connection that waits is to be small.
    private TimeSpan _firstByteTimeout;

    private protected Connection()
    {
    }

    /// <summary>A number of its own in this process, from 1.</summary>
    public long Id { get; } = Interlocked.Increment(ref s_ids);

    /// <summary>The name of this end; null when there is none, or the connection is closed.</summary>
    public abstract EndPoint? LocalEndPoint { get; }

    /// <summary>The name of the other end; null when there is none, or the connection is closed or broken.</summary>
    public abstract EndPoint? RemoteEndPoint { get; }

    /// <summary>How long a receive waits for the next byte before it throws. More than 0, or <see cref="Timeout.InfiniteTimeSpan"/>. Default: that of the server's options; otherwise infinite.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative or 0.</exception>
    public TimeSpan ReceiveTimeout
    {
        get => _receiveTimeout;
        set => _receiveTimeout = Checked(value);
    }

    /// <summary>How long a send waits for the other end to take the next byte before it throws. More than 0, or <see cref="Timeout.InfiniteTimeSpan"/>. Default: that of the server's options; otherwise infinite.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative or 0.</exception>
    public TimeSpan SendTimeout
    {
        get => _sendTimeout;
        set => _sendTimeout = Checked(value);
    }

    /// <summary>Bytes that came so far.</summary>
    public long BytesReceived { get; private protected set; }

    /// <summary>Bytes that were handed to the kernel so far.</summary>
    public long BytesSent { get; private protected set; }

    /// <summary>Set when the server is about to end, or fresh workers have taken over (<see cref="Servers.StreamServer.RestartAsync"/>): what is under way should come to its end, and nothing new begin. What a callback throws that is registered on it is told on standard error, and the server ends all the same. Cannot be set for a client's connection.</summary>
    public CancellationToken Stopping { get; internal set; }

    /// <summary>Whether only a loop can bring what it waits for, so that the loop's thread must not block for it.</summary>
    internal virtual bool NeedsLoop => false;

    /// <summary>How long the first byte may take, where that differs from the others; null where not.</summary>
    internal TimeSpan? FirstByteTimeout
    {
        get => _firstByteTimeout == TimeSpan.Zero ? null : _firstByteTimeout;
        set => _firstByteTimeout = value ?? TimeSpan.Zero;
    }

    /// <summary>By the monotonic clock: when it is too old.</summary>
    internal long Deadline { get; set; } = MonotonicClock.Never;

    /// <summary>Sends all of it. Waits while the other end does not read, up to <see cref="SendTimeout"/>.</summary>
    /// <param name="data">The bytes. They must stay as they are until the result completes.</param>
    /// <returns>Completes when the kernel has all of it; to be awaited once.</returns>
    /// <exception cref="ConnectionResetException">The other end is gone.</exception>
    /// <exception cref="ConnectionTimeoutException">The other end has taken nothing for too long, or the connection is too old.</exception>
    /// <exception cref="InvalidOperationException">Another send is under way; or it is not called from a coroutine of its loop, in a model that needs one.</exception>
    /// <exception cref="ObjectDisposedException">The connection is closed.</exception>
    public abstract ValueTask SendAsync(ReadOnlyMemory<byte> data);

    /// <summary>Says that nothing more will be sent: the other end reads the end of the stream. Receiving goes on.</summary>
    /// <returns>Completes when that is on its way.</returns>
    public abstract ValueTask EndSendingAsync();

    /// <summary>Breaks the connection off: whoever waits for it throws, and the other end is told by a reset. To be called instead of a proper end; <see cref="DisposeAsync"/> is still due.</summary>
    public abstract void Abort();

    /// <summary>Closes the connection. What was sent still arrives.</summary>
    /// <returns>Completes when it is closed.</returns>
    public abstract ValueTask DisposeAsync();

    /// <summary>A stream that reads and writes through this connection, for code that wants one. Closing it does not close the connection.</summary>
    /// <returns>The stream.</returns>
    public Stream AsStream() => new ConnectionStream(this);

    /// <summary>What it is called in messages.</summary>
    public override string ToString() => $"connection {Id}{(RemoteEndPoint is { } peer ? $" with {peer}" : "")}";

    /// <summary>The time that the next receive may take, and what is said when it is over.</summary>
    private protected (TimeSpan Time, ConnectionTimeout Kind) ReceiveLimit =>
        BytesReceived == 0 && FirstByteTimeout is { } first ? (first, ConnectionTimeout.FirstByte) : (ReceiveTimeout, ConnectionTimeout.Idle);

    /// <summary>What is thrown when such a time is over.</summary>
    private protected ConnectionTimeoutException TimedOut(ConnectionTimeout kind) => new(kind, kind switch
    {
        ConnectionTimeout.FirstByte => $"Nothing has come within {FirstByteTimeout?.TotalSeconds:0.###} s: {this}.",
        ConnectionTimeout.Idle => $"Nothing more has come for {ReceiveTimeout.TotalSeconds:0.###} s: {this}.",
        ConnectionTimeout.SendStall => $"The other end has taken nothing for {SendTimeout.TotalSeconds:0.###} s: {this}.",
        _ => $"It has lasted as long as it may: {this}.",
    });

    /// <summary>What is thrown for an error of a call.</summary>
    private protected Exception Failed(string call, int errno) => errno switch
    {
        Errno.ECONNRESET or Errno.EPIPE or Errno.ETIMEDOUT or Errno.ENOTCONN or Errno.ECONNABORTED => new ConnectionResetException($"The other end has broken the connection off ({Errno.Name(errno)}): {this}."),
        _ => new IOException($"{this} failed.", new SystemCallException(call, errno)),
    };

    private static TimeSpan Checked(TimeSpan time) => time > TimeSpan.Zero || time == Timeout.InfiniteTimeSpan
        ? time
        : throw new ArgumentOutOfRangeException(nameof(time), time, "A time is more than 0, or Timeout.InfiniteTimeSpan for none.");
}

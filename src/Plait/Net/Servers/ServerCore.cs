using System.Diagnostics.CodeAnalysis;
using System.Security.Authentication;
using Plait.Coroutines;
using Plait.Interop;
using Plait.Net.Engine;

namespace Plait.Net.Servers;

/// <summary>What all models of a server share: how a connection is served and counted, how many there may be, and when it ends.</summary>
internal sealed class ServerCore(ConnectionHandler handler, StreamServerOptions options, string name, IReadOnlyList<ServerWorker> workers, Action<Connection, Exception> tell) : IDisposable
{
    // For accepting while descriptors have run out, in milliseconds: doubled each time, as gevent does it.
    private const int FirstPause = 10;
    private const int LongestPause = 1000;

    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _breakingOff = new();
    private readonly SemaphoreSlim _room = new(options.MaxConnections);

    public StreamServerOptions Options => options;

    public string Name => name;

    public ConnectionHandler Handler => handler;

    /// <summary>Those who count: one, or one each for those that have a listening socket or a process of their own.</summary>
    public IReadOnlyList<ServerWorker> Workers => workers;

    /// <summary>Why it does not serve under the model that was asked for; null when it does.</summary>
    public string? FallbackReason { get; set; }

    /// <summary>How many of the queued connections are to be accepted when it is told to end: none if others go on to accept. Who comes later is not waited for, however many come.</summary>
    public int MostQueued { get; private set; } = options.Backlog + 1;

    /// <summary>Whether it is given up if one of its workers ends before it has accepted: others serve meanwhile.</summary>
    public bool MustComeUp { get; init; }

    /// <summary>Set when it is to end.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Set when its time to end is over: what ends from here on was broken off.</summary>
    public CancellationToken BreakingOff => _breakingOff.Token;

    /// <summary>Whether that is so.</summary>
    public bool IsBreakingOff => _breakingOff.IsCancellationRequested;

    public TimeSpan? FirstByteTimeout => options.FirstByteTimeout == options.IdleTimeout ? null : options.FirstByteTimeout;

    /// <summary>By the monotonic clock: until when a connection may last that begins now.</summary>
    public long NewDeadline() => options.MaxLifetime == Timeout.InfiniteTimeSpan ? MonotonicClock.Never : MonotonicClock.After(options.MaxLifetime);

    /// <param name="leavesQueue">Whether others accept what is queued.</param>
    public void Stop(bool leavesQueue)
    {
        if (leavesQueue)
        {
            MostQueued = 0;
        }

        try
        {
            _stopping.Cancel();
        }
        catch (AggregateException thrown)
        {
            // By callbacks that handlers have registered, all of which were called. Of which connections they are is not known here.
            foreach (Exception error in thrown.InnerExceptions)
            {
                StandardError.Tell(Name, $"a callback registered on {nameof(Connection)}.{nameof(Connection.Stopping)} has thrown: {error}");
            }
        }
    }

    /// <summary>The time to end is over.</summary>
    public void BreakOff() => _breakingOff.Cancel();

    /// <summary>Room for one more, waited for where connections beyond the most wait.</summary>
    /// <param name="until">Ends the wait: <see cref="Stopping"/>, or <see cref="BreakingOff"/> for what is queued at the end.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public ValueTask WaitForRoomAsync(CancellationToken until) => options.WhenFull == WhenServerFull.Refuse || _room.Wait(0, CancellationToken.None) ? default : new ValueTask(_room.WaitAsync(until));

    /// <inheritdoc cref="WaitForRoomAsync(CancellationToken)"/>
    public void WaitForRoom(CancellationToken until)
    {
        if (options.WhenFull == WhenServerFull.Wait)
        {
            _room.Wait(until);
        }
    }

    /// <summary>The room that was waited for is not used.</summary>
    public void LeaveRoom()
    {
        if (options.WhenFull == WhenServerFull.Wait)
        {
            _room.Release();
        }
    }

    /// <summary>A connection was accepted. False: it is one too many, and closed.</summary>
    public bool TryEnter(ServerWorker worker, int descriptor)
    {
        if (TryEnter(worker))
        {
            return true;
        }

        BreakOff(descriptor);
        return false;
    }

    /// <summary>A connection was accepted. False: it is one too many, to be broken off by the caller.</summary>
    public bool TryEnter(ServerWorker worker)
    {
        worker.Count(ServerCount.Accepted);
        if (options.WhenFull == WhenServerFull.Refuse && !_room.Wait(0, CancellationToken.None))
        {
            worker.Count(ServerCount.Refused);
            return false;
        }

        worker.Count(ServerCount.Active);
        return true;
    }

    /// <summary>A connection that has entered cannot be served after all.</summary>
    public void Leave(ServerWorker worker, int descriptor)
    {
        Leave(worker);
        worker.Count(ServerCount.Refused);
        BreakOff(descriptor);
    }

    /// <summary>How long to wait after accepting has failed, in milliseconds, given how long it was last time. Null: it can go on at once.</summary>
    /// <exception cref="SystemCallException">It will not work any more.</exception>
    public static int? PauseAfter(int errno, int last) => errno switch
    {
        Errno.ECONNABORTED or Errno.EAGAIN or Errno.EPERM => null,

        // Of the network, and of one connection: accept(2) hands on what was pending for it, and says to go on with the next one.
        Errno.ENETDOWN or Errno.EPROTO or Errno.ENOPROTOOPT or Errno.EHOSTDOWN or Errno.ENONET or Errno.EHOSTUNREACH or Errno.EOPNOTSUPP or Errno.ENETUNREACH => null,
        Errno.EMFILE or Errno.ENFILE or Errno.ENOMEM or Errno.ENOBUFS => Math.Clamp(last * 2, FirstPause, LongestPause),
        _ => throw new SystemCallException("accept", errno),
    };

    /// <summary>What is common to the connections of all models.</summary>
    public void Prepare(Connection connection)
    {
        connection.ReceiveTimeout = options.IdleTimeout;
        connection.SendTimeout = options.SendTimeout;
    }

    /// <summary>A connection that blocks, over a descriptor that does.</summary>
    public BlockingConnection Open(int descriptor)
    {
        var connection = new BlockingConnection(descriptor) { Stopping = Stopping, FirstByteTimeout = FirstByteTimeout };
        Prepare(connection);
        if (options.MaxLifetime != Timeout.InfiniteTimeSpan)
        {
            connection.StartLifetime(TimeProvider.System, options.MaxLifetime);
        }

        return connection;
    }

    /// <summary>Serves a connection to its end, whatever that is, and closes it.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "What a handler throws is counted and told, and no other connection sees it.")]
    public async Task ServeAsync(Connection connection, ServerWorker worker)
    {
        Exception? error = null;
        bool isAgreed = options.Tls is null;
        try
        {
            if (options.Tls is { } tls)
            {
                var secure = new TlsConnection(connection);
                connection = secure;
                await secure.AgreeAsync(tls, options.FirstByteTimeout);
                isAgreed = true;
            }

            await handler(connection);
        }
        catch (Exception thrown)
        {
            error = thrown;
        }

        ServerCount end = Judge(connection, worker, error, isAgreed);
        try
        {
            await connection.DisposeAsync();
        }
        finally
        {
            worker.Count(end);
            Leave(worker);
        }
    }

    /// <summary>A connection of a loop has ended, or cannot be served any more: closes it. On the loop's thread.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="worker">Who counts it.</param>
    /// <param name="error">What its handler has thrown; null for nothing.</param>
    public void End(LoopConnection connection, ServerWorker worker, Exception? error)
    {
        ServerCount end = Judge(connection, worker, error, isAgreed: true);
        connection.CloseHere();
        worker.Count(end);
        Leave(worker);
    }

    // As what its end counts; bytes are counted, and faults told.
    private ServerCount Judge(Connection connection, ServerWorker worker, Exception? error, bool isAgreed)
    {
        worker.Count(ServerCount.BytesReceived, connection.BytesReceived);
        worker.Count(ServerCount.BytesSent, connection.BytesSent);
        switch (error)
        {
            case null:
                return ServerCount.Served;
            case not null when IsBreakingOff:
            case CoroutineKilledException:
                return ServerCount.BrokenOff;
            case ConnectionResetException:
                return ServerCount.Resets;
            case ConnectionTimeoutException:
                return ServerCount.TimedOut;
            case AuthenticationException or IOException when !isAgreed:
                return ServerCount.HandshakeFailures;
            default:
                tell(connection, error);
                return ServerCount.Failed;
        }
    }

    /// <summary>A connection has ended.</summary>
    public void Leave(ServerWorker worker)
    {
        worker.Count(ServerCount.Active, -1);
        _room.Release();
    }

    /// <summary>What a handler has thrown, where nobody else wants to know.</summary>
    public static void TellOnStandardError(string name, Connection connection, Exception error) =>
        StandardError.Tell(name, $"the handler of {connection} has thrown: {error}");

    /// <summary>It cannot accept any more. What is served goes on, and so does the server, until it is told to end.</summary>
    public void TellAcceptorFailed(Exception error) => StandardError.Tell(Name, $"it accepts no more, and serves what it has: restart it, or start another one. {error}");

    private static void BreakOff(int descriptor)
    {
        StreamCalls.ResetOnClose(descriptor);
        _ = Libc.close(descriptor);
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _breakingOff.Dispose();
        _room.Dispose();
    }
}

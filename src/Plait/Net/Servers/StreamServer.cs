using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Plait.Codecs;
using Plait.Interop;
using Plait.Processes;

namespace Plait.Net.Servers;

/// <summary>
/// Listens at an address and serves each connection by one function, under any of the models of <see cref="ServerModel"/>: the function is the same for all. Members are safe for all threads.
/// </summary>
/// <remarks>
/// A connection's error never touches another one: what a handler throws is told by <see cref="HandlerFailed"/>, and its connection closed. A connection that the other end breaks off is an
/// ordinary end.
/// </remarks>
public sealed partial class StreamServer : IAsyncDisposable
{
    private static int s_servers;

    private readonly ConnectionHandler _handler;
    private readonly IReadOnlyList<ServerWorker> _workers;
    private readonly List<ListeningSocket> _listeners;

    // Guards what follows.
    private readonly Lock _gate = new();
    private ServerHost _host;
    private Task? _stopped;

    private StreamServer(ConnectionHandler handler, StreamServerOptions options)
    {
        _handler = handler;
        Options = options;
        Name = options.Name ?? $"server-{Interlocked.Increment(ref s_servers)}";
        _workers = ServerModels.CreateWorkers(options, Name);
        _listeners = Listen(options);
        EndPoint = StreamCalls.LocalName(_listeners[0].Number) ?? options.EndPoint;
        ServerCore core = NewCore(mustComeUp: false);
        try
        {
            _host = ServerModels.CreateHost(options, core);
            _host.Start(ShareListeners());
        }
        catch
        {
            LeaveListeners();
            RemovePath();
            core.Dispose();
            throw;
        }
    }

    /// <summary>A handler has thrown something other than that the other end was gone or too slow. On the thread that served. Without a handler it is told on standard error; so it is where another process serves.</summary>
    public event EventHandler<ConnectionFailedEventArgs>? HandlerFailed;

    /// <summary>What it is called in messages.</summary>
    public string Name { get; }

    /// <summary>Where it listens: with the port that it has got.</summary>
    public EndPoint EndPoint { get; }

    /// <summary>How it was asked to be.</summary>
    public StreamServerOptions Options { get; }

    /// <summary>The model that it serves under: the one that was asked for, unless the system has refused that.</summary>
    public ServerModel Model => FallbackReason is null ? Options.Model : ServerModel.Coroutine;

    /// <summary>Why it does not serve under the model that was asked for, and what to do about it; null when it does. Only <see cref="ServerModel.Proactor"/> may be refused.</summary>
    public string? FallbackReason
    {
        get
        {
            lock (_gate)
            {
                return _host.FallbackReason;
            }
        }
    }

    /// <summary>Listens, and serves from now on.</summary>
    /// <param name="handler">Serves one connection. Called for many at once, on the threads of the model.</param>
    /// <param name="options">Where and how. Default: null, coroutines at any port of 127.0.0.1.</param>
    /// <returns>The server; connections are accepted.</returns>
    /// <exception cref="ArgumentException">An option is out of its range, or does not go with the model.</exception>
    /// <exception cref="CannotTravelException">The model serves in other processes, and the handler, or what it has captured, cannot go there: the message names it.</exception>
    /// <exception cref="ChildStartException">The model serves in other processes, and the system refused to start one.</exception>
    /// <exception cref="IOException">The address is taken, or not allowed, or no socket can be had.</exception>
    public static StreamServer Start(ConnectionHandler handler, StreamServerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        options ??= new StreamServerOptions();
        options.Validate();
        try
        {
            return new StreamServer(handler, options);
        }
        catch (SystemCallException error)
        {
            throw new IOException($"A server cannot listen at {options.EndPoint}: {error.Message}{Advice(error, options.EndPoint)}", error);
        }
    }

    /// <summary>
    /// Ends the server: accepts what is queued, as there is room for it, and nothing more; sets <see cref="Connection.Stopping"/>, waits for the connections that are being served, and
    /// breaks off those that have not ended in time.
    /// </summary>
    /// <param name="drain">How long to wait; 0 breaks off at once, <see cref="Timeout.InfiniteTimeSpan"/> never does. Default: null, <see cref="StreamServerOptions.DrainTimeout"/>. Of several calls the first one's holds.</param>
    /// <returns>Completes when nothing of the server is left; at the latest five seconds after breaking off, when handlers that take no notice of it (because they block) are left to themselves.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    public Task StopAsync(TimeSpan? drain = null)
    {
        StreamServerOptions.CheckDrain(drain, nameof(drain));
        lock (_gate)
        {
            return _stopped ??= StopHereAsync(_host, _restart, drain ?? Options.DrainTimeout);
        }
    }

    /// <summary>Numbers of this moment.</summary>
    /// <returns>A copy.</returns>
    public ServerStatistics GetStatistics()
    {
        long Sum(ServerCount what) => _workers.Sum(worker => worker[what]);
        return new ServerStatistics(
            Sum(ServerCount.Accepted), (int)Sum(ServerCount.Active), Sum(ServerCount.Served), Sum(ServerCount.Resets), Sum(ServerCount.TimedOut), Sum(ServerCount.Failed),
            Sum(ServerCount.HandshakeFailures), Sum(ServerCount.Refused), Sum(ServerCount.BrokenOff), Sum(ServerCount.AcceptPauses), Sum(ServerCount.BytesReceived), Sum(ServerCount.BytesSent),
            [.. _workers.Select(static worker => new ServerWorkerStatistics(worker.Name, worker[ServerCount.Accepted], (int)worker[ServerCount.Active]) { Pid = worker.Pid })])
        {
            WorkersReplaced = Sum(ServerCount.WorkersReplaced),
            Rescans = Sum(ServerCount.Rescans),
            Restarts = Volatile.Read(ref _restarts),
        };
    }

    /// <summary>Ends the server at once: as <see cref="StopAsync"/> with 0.</summary>
    /// <returns>Completes when nothing of the server is left.</returns>
    public ValueTask DisposeAsync() => new(StopAsync(TimeSpan.Zero));

    /// <inheritdoc/>
    public override string ToString() => $"{Name} at {EndPoint} ({Model})";

    private async Task StopHereAsync(ServerHost host, Task? restart, TimeSpan drain)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        LeaveListeners();
        await _ending.CancelAsync().ConfigureAwait(false);
        EndAfter(_overdue, drain);
        await host.StopAsync(leavesQueue: false, _overdue.Token).ConfigureAwait(false);
        if (restart is not null)
        {
            // Who has asked for it is told if it has failed.
            await restart.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        RemovePath();
        _overdue.Dispose();
        _ending.Dispose();
    }

    private void RemovePath()
    {
        if (EndPoint is UnixDomainSocketEndPoint && Options.EndPoint.ToString() is { Length: > 0 } path && path[0] != '@')
        {
            File.Delete(path);
        }
    }

    private static List<ListeningSocket> Listen(StreamServerOptions options)
    {
        int count = options.Model == ServerModel.Loops ? options.WorkerCount : 1;
        List<ListeningSocket> listeners = [];
        try
        {
            EndPoint address = options.EndPoint;
            while (listeners.Count < count)
            {
                listeners.Add(new ListeningSocket(StreamCalls.Listen(address, options.Backlog, isShared: count > 1)));
                address = StreamCalls.LocalName(listeners[0].Number) ?? address;
            }

            return listeners;
        }
        catch
        {
            listeners.ForEach(static listener => listener.Leave());
            throw;
        }
    }

    private static string Advice(SystemCallException error, EndPoint address) => error.Number switch
    {
        Errno.EADDRINUSE when address is IPEndPoint => " Another program listens there: take another port, or 0 for any that is free.",
        Errno.EADDRINUSE => " There is a file of that name: delete it if no server uses it, or take another name.",
        Errno.EACCES when address is IPEndPoint => " Ports below 1024 need a right of their own (CAP_NET_BIND_SERVICE).",
        Errno.EADDRNOTAVAIL => " It is not an address of this machine.",
        _ => "",
    };

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "What an event handler throws must not end the server.")]
    private void Tell(Connection connection, Exception error)
    {
        try
        {
            if (HandlerFailed is { } handlers)
            {
                handlers(this, new ConnectionFailedEventArgs(connection, error));
            }
            else
            {
                ServerCore.TellOnStandardError(Name, connection, error);
            }
        }
        catch (Exception thrown)
        {
            StandardError.Tell(Name, $"a handler of {nameof(HandlerFailed)} has thrown: {thrown}");
        }
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Plait.Net.Selectors;

namespace Plait.Benchmarks.Load;

/// <summary>
/// A run: connect, warm up, measure, let what is under way come back. One thread and one selector do it all; nothing is allocated for a message.
/// </summary>
internal sealed partial class LoadRun : IDisposable
{
    private static readonly long s_checkEvery = Nanoseconds(TimeSpan.FromMilliseconds(5));

    private readonly LoadConnection[] _connections;

    // Those that are not connected, and when they may be.
    private readonly PriorityQueue<LoadConnection, long> _closed = new();
    private readonly ReadyKey[] _ready = new ReadyKey[256];
    private readonly Dictionary<LoadErrorKind, long> _errors = [];
    private readonly LatencyHistogram _latency = new();
    private readonly ProcessorUse?[] _serversBefore;

    private string? _firstError;
    private int _source;
    private long _messages;
    private long _made;
    private long _due;
    private long _begin;
    private long _measuredFrom;
    private long _nextMessage;
    private long _nextCheck;
    private bool _isMeasuring;
    private bool _isEnding;
    private double _interval;

    public LoadRun(LoadOptions options)
    {
        Options = options;
        Pattern = new LoadPattern(options.Size, options.IsUpperCase);
        _connections = [.. Enumerable.Range(0, options.Connections).Select(i => new LoadConnection(this, i))];
        _serversBefore = new ProcessorUse?[options.ServerProcesses.Count];
    }

    /// <summary>The time, in nanoseconds; .NET's stopwatch counts these on Linux.</summary>
    public static long Now => Stopwatch.GetTimestamp();

    public LoadOptions Options { get; }

    public LoadPattern Pattern { get; }

    /// <summary>The connections that wait to be accepted.</summary>
    public AcceptWindow Window { get; } = new();

    public Selector Selector { get; } = Selector.CreateDefault();

    /// <summary>What is received is looked at before the next is: all share one buffer.</summary>
    public byte[] Buffer { get; } = new byte[64 * 1024];

    /// <summary>When the measured time ends; not known before the warm-up has begun.</summary>
    public long End { get; private set; } = long.MaxValue;

    /// <summary>Whether messages have times at which they are due: with a rate, from the warm-up on. Before, messages show which connections are accepted.</summary>
    public bool IsScheduled => _interval > 0;

    /// <summary>Whether a message may follow when one is answered.</summary>
    public bool IsBeginning => !_isEnding;

    public static long Nanoseconds(TimeSpan time) => time.Ticks * 100;

    /// <summary>When the message of this number, over all connections, is due.</summary>
    public long DueOf(long message) => _begin + (long)(message * _interval);

    /// <summary>Whether a moment lies in the measured time.</summary>
    public bool IsMeasured(long moment) => _isMeasuring && moment >= _measuredFrom && moment < End;

    public void CountConnection() => _made += _isMeasuring && !_isEnding ? 1 : 0;

    public void CountDue(long due) => _due += IsMeasured(due) ? 1 : 0;

    public void CountError(LoadErrorKind kind, string text)
    {
        _errors[kind] = _errors.GetValueOrDefault(kind) + 1;
        _firstError ??= text;
    }

    /// <summary>A message that was due then is answered now.</summary>
    public void Record(long due, long now)
    {
        _messages += IsMeasured(now) ? 1 : 0;
        if (IsMeasured(IsScheduled ? due : now))
        {
            _latency.Record(now - due);
        }
    }

    /// <summary>The connection may be made (again) at that time.</summary>
    public void Enqueue(LoadConnection connection, long time) => _closed.Enqueue(connection, time);

    /// <summary>A socket that does not block, bound to the source address that is in use.</summary>
    public Socket CreateSocket()
    {
        bool isUnix = Options.Target is UnixDomainSocketEndPoint;
        Socket socket;
        try
        {
            socket = new Socket(Options.Target.AddressFamily, SocketType.Stream, isUnix ? ProtocolType.Unspecified : ProtocolType.Tcp) { Blocking = false };
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.TooManyOpenSockets)
        {
            throw new IOException($"This process may not have {Options.Connections} connections open: raise the limit on open files (ulimit -n), or ask for fewer.", error);
        }

        if (!isUnix)
        {
            socket.NoDelay = true;
        }

        if (_source > 0)
        {
            socket.Bind(new IPEndPoint(new IPAddress([127, 0, 0, (byte)(1 + _source)]), 0));
        }

        return socket;
    }

    /// <summary>All ports of the source address are taken: goes on with the next address of this machine's own network. False where that does not help.</summary>
    public bool TakeNextSource()
    {
        if (Options.Target is not IPEndPoint { AddressFamily: AddressFamily.InterNetwork } target || !IPAddress.IsLoopback(target.Address) || _source >= 250)
        {
            return false;
        }

        _source++;
        return true;
    }

    public LoadResult Run(CancellationToken cancellation)
    {
        using CancellationTokenRegistration waking = cancellation.UnsafeRegister(static selector => ((Selector)selector!).Wake(), Selector);
        long now = Now;
        foreach (LoadConnection connection in _connections)
        {
            Enqueue(connection, now);
        }

        long connected = now + Nanoseconds(Options.ConnectTimeout);
        while (!cancellation.IsCancellationRequested && now < connected && !_connections.All(static connection => connection.IsOpen || connection.HasFailed))
        {
            now = Turn(now, connected);
        }

        if (!_connections.Any(static connection => connection.IsOpen))
        {
            return Result(seconds: 0, default, [.. _serversBefore], cancellation.IsCancellationRequested);
        }

        BeginSchedule(now);
        now = TurnUntil(_begin + Nanoseconds(Options.WarmUp), now, cancellation);
        ReadServers(_serversBefore);
        ProcessorUse ownBefore = ReadOwn();
        _measuredFrom = now = Now;
        End = now + Nanoseconds(Options.Duration);
        _isMeasuring = true;
        now = TurnUntil(End, now, cancellation);
        ProcessorUse own = ReadOwn() - ownBefore;
        var servers = new ProcessorUse?[_serversBefore.Length];
        ReadServers(servers);
        _isEnding = true;
        double seconds = (now - _measuredFrom) / 1e9;
        End = Math.Min(End, now);

        long limit = now + Nanoseconds(Options.ReplyTimeout);
        while (!cancellation.IsCancellationRequested && now < limit && _connections.Any(static connection => connection.HasWork))
        {
            now = Turn(now, limit);
        }

        if (!cancellation.IsCancellationRequested)
        {
            foreach (LoadConnection connection in _connections)
            {
                connection.EndWaiting(now);
            }
        }

        return Result(seconds, own, [.. servers.Select((after, i) => after - _serversBefore[i])], cancellation.IsCancellationRequested);
    }

    public void Dispose()
    {
        foreach (LoadConnection connection in _connections)
        {
            connection.Close();
        }

        Selector.Dispose();
    }
}

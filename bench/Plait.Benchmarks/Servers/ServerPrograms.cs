using System.Globalization;

namespace Plait.Benchmarks.Servers;

/// <summary>The servers that ours are measured against. All run on one processor.</summary>
internal static class ServerPrograms
{
    /// <summary>Connections that a pool serves at a time, in every peer.</summary>
    public const int PoolSize = 16;

    /// <summary>Processes of a pre-forked server, in every peer.</summary>
    public const int Processes = 4;

    private const string Blocking = "echo_threads";

    private static readonly Dictionary<string, string> s_usual = [];

    /// <summary>The least that an echo costs.</summary>
    public static ServerProgram Epoll { get; } = ServerProgram.InC("C, epoll", "echo_epoll");

    /// <summary>Go, a goroutine a connection.</summary>
    public static ServerProgram Go { get; } = ServerProgram.InGo("Go net", "echo_go");

    /// <summary>gevent's StreamServer.</summary>
    public static ServerProgram Gevent { get; } = ServerProgram.InPython("gevent", "gevent", "python3-gevent", "echo_gevent");

    /// <summary>Streams of asyncio.</summary>
    public static ServerProgram Asyncio { get; } = ServerProgram.InPython("CPython asyncio streams", "asyncio", "python3", "echo_asyncio", "asyncio");

    /// <summary>Streams of asyncio on uvloop.</summary>
    public static ServerProgram Uvloop { get; } = ServerProgram.InPython("asyncio streams on uvloop", "uvloop", "python3-uvloop", "echo_asyncio", "uvloop");

    /// <summary>.NET's async sockets as they are.</summary>
    public static ServerProgram DotnetAsync { get; } = ServerProgram.InDotnet(".NET async sockets", "EchoServers", s_usual, "async");

    /// <summary>.NET's async sockets, with continuations on the thread that polls.</summary>
    public static ServerProgram DotnetInline { get; } = ServerProgram.InDotnet(
        ".NET async sockets, inline completions",
        "EchoServers",
        new Dictionary<string, string> { ["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1" },
        "async");

    /// <summary>A connection handler of Kestrel's.</summary>
    public static ServerProgram Kestrel { get; } = ServerProgram.InDotnet("Kestrel connection handler", "EchoKestrel", s_usual);

    /// <summary>.NET, a thread a connection.</summary>
    public static ServerProgram DotnetThreads { get; } = ServerProgram.InDotnet(".NET thread per connection", "EchoServers", s_usual, "thread");

    /// <summary>.NET's thread pool, blocking.</summary>
    public static ServerProgram DotnetPool { get; } = ServerProgram.InDotnet(".NET thread pool", "EchoServers", s_usual, "pool", Text(PoolSize));

    /// <summary>CPython's ThreadingTCPServer.</summary>
    public static ServerProgram PythonThreads { get; } = InPython("CPython ThreadingTCPServer", "thread");

    /// <summary>CPython's ThreadPoolExecutor, blocking.</summary>
    public static ServerProgram PythonPool { get; } = InPython("CPython ThreadPoolExecutor", "pool", Text(PoolSize));

    /// <summary>CPython, processes that accept from one listener.</summary>
    public static ServerProgram PythonPrefork { get; } = InPython("CPython, pre-forked", "prefork", Text(Processes));

    /// <summary>CPython's ForkingTCPServer, a process a connection.</summary>
    public static ServerProgram PythonFork { get; } = InPython("CPython ForkingTCPServer", "fork");

    private static ServerProgram InPython(string label, params string[] arguments) => ServerProgram.InPython(label, "socketserver", "python3", Blocking, arguments);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

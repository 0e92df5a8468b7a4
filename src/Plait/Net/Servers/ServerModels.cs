using Plait.Net.Selectors;

namespace Plait.Net.Servers;

/// <summary>What models there are, and what each is good for.</summary>
public static class ServerModels
{
    /// <summary>All models, from the plainest on.</summary>
    public static IReadOnlyList<ServerModelInfo> All { get; } =
    [
        new(ServerModel.Iterative, "iterative", "One after another on one thread. For a service of one client at a time, and to see why one wants more."),
        new(ServerModel.Threads, "threads", "A thread a connection. Plain code that may block, for some hundreds of connections."),
        new(ServerModel.Pool, "pool", "A fixed number of threads. Plain code that may block, with a bound on what it costs; others wait."),
        new(ServerModel.Processes, "processes", "A process a connection. For handlers that may crash, or need a memory of their own; each connection waits for a process to start."),
        new(ServerModel.Prefork, "prefork", "Processes that wait for connections, one connection each at a time. Plain code that may block or crash: a process that dies is replaced, and the others do not notice."),
        new(ServerModel.NonBlocking, "non-blocking", "One thread asks every socket in turn and never waits: a whole processor while nothing happens. To see why the kernel should tell."),
        new(ServerModel.Select, "select", "One thread over select(2): everywhere, but descriptors below 1024 only, and all are looked through at each call."),
        new(ServerModel.Poll, "poll", "One thread over poll(2): any number, and all are looked through at each call."),
        new(ServerModel.Epoll, "epoll", "One thread over level-triggered epoll(7): the cost follows what is ready, not what is open."),
        new(ServerModel.Selector, "selector", "One thread over the best of the three that the system has."),
        new(ServerModel.SignalDriven, "signal-driven", "One thread to which the kernel sends a signal with the number of the socket that has something. The cost follows what comes, packet by packet; to see how it was done before epoll."),
        new(ServerModel.Sockets, "sockets", "Asynchronous sockets of .NET: handlers run on the runtime's thread pool, on all processors. For code that is written for it, and to compare with."),
        new(ServerModel.Coroutine, "coroutine", "Coroutines on one event loop over edge-triggered epoll. Ten thousand connections on one processor; handlers must not block."),
        new(ServerModel.Loops, "loops", "A loop a processor, each with a listening socket of its own (SO_REUSEPORT). For all processors."),
        new(ServerModel.Proactor, "proactor", "Coroutines on one event loop over io_uring: the kernel is asked for what is to be done and tells when it is, a call a turn. Where the system refuses it, as Docker does, the same as coroutine."),
        new(ServerModel.ProcessLoops, "process-loops", "An event loop in each of several processes. For all processors, with a heap and a garbage collector each: a process that dies takes its own connections with it only."),
    ];

    /// <summary>The entry of a model.</summary>
    /// <param name="model">The model.</param>
    /// <returns>Its entry.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such model.</exception>
    public static ServerModelInfo Get(ServerModel model) =>
        All.FirstOrDefault(info => info.Model == model) ?? throw new ArgumentOutOfRangeException(nameof(model), model, "There is no such model: ServerModels.All lists them.");

    /// <summary>Why a model cannot be had on this system. Asks the system, each time.</summary>
    /// <param name="model">The model.</param>
    /// <returns>The reason, and what to do about it; null when it can be had. Only <see cref="ServerModel.Proactor"/> may be refused.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such model.</exception>
    public static string? WhyNot(ServerModel model) => Get(model).Model == ServerModel.Proactor ? RingFallback.Probe() : null;

    /// <summary>Those who count for a server.</summary>
    internal static IReadOnlyList<ServerWorker> CreateWorkers(StreamServerOptions options, string name) => options.Model switch
    {
        ServerModel.Prefork or ServerModel.ProcessLoops => [.. Enumerable.Range(1, Math.Min(options.WorkerCount, options.MaxConnections)).Select(number => new ServerWorker($"{name}-{number}") { Pid = 0 })],
        ServerModel.Loops when options.WorkerCount > 1 => [.. Enumerable.Range(1, options.WorkerCount).Select(number => new ServerWorker($"{name}-{number}"))],
        _ => [new ServerWorker(name)],
    };

    internal static ServerHost CreateHost(StreamServerOptions options, ServerCore core) => options.Model switch
    {
        ServerModel.NonBlocking => new LoopHost(core, static _ => new AskingPoller()),
        ServerModel.Select => new LoopHost(core, static _ => new SelectorPoller(new SelectSelector())),
        ServerModel.Poll => new LoopHost(core, static _ => new SelectorPoller(new PollSelector())),
        ServerModel.Epoll => new LoopHost(core, static _ => new SelectorPoller(new EpollSelector())),
        ServerModel.Selector => new LoopHost(core, static _ => new SelectorPoller(Selector.CreateDefault())),
        ServerModel.SignalDriven => new LoopHost(core, static worker => new SignalPoller(() => worker.Count(ServerCount.Rescans))),
        ServerModel.Proactor => new LoopHost(core, _ => RingFallback.CreatePoller(options, core)),
        ServerModel.Iterative => new IterativeHost(core),
        ServerModel.Threads => new ThreadHost(core),
        ServerModel.Sockets => new SocketHost(core),
        ServerModel.Pool => new PoolHost(core, options.WorkerCount),
        ServerModel.Prefork or ServerModel.ProcessLoops => new ProcessHost(core),
        ServerModel.Processes => new ConnectionProcessHost(core),
        _ => new LoopHost(core, poller: null),
    };
}

/// <summary>A model of a server.</summary>
/// <param name="Model">The model.</param>
/// <param name="Name">What the tool calls it.</param>
/// <param name="GoodFor">What it is, and what it is good for.</param>
public sealed record ServerModelInfo(ServerModel Model, string Name, string GoodFor);

namespace Plait.Net.Servers;

/// <summary>How a <see cref="StreamServer"/> treats its connections. What each is good for: <see cref="ServerModels"/>.</summary>
public enum ServerModel
{
    /// <summary>Coroutines on one event loop, over edge-triggered epoll.</summary>
    Coroutine,

    /// <summary>An event loop a processor, each with a listening socket of its own at the same address (SO_REUSEPORT).</summary>
    Loops,

    /// <summary>One connection after another, on one thread that blocks.</summary>
    Iterative,

    /// <summary>A thread a connection.</summary>
    Threads,

    /// <summary>A fixed number of threads: each serves one connection at a time, and others wait.</summary>
    Pool,

    /// <summary>Processes that are started before connections come; each serves one at a time. The handler must be able to travel (<see cref="Codecs.CannotTravelException"/>).</summary>
    Prefork,

    /// <summary>The same with an event loop in each process.</summary>
    ProcessLoops,

    /// <summary>A process a connection, started when it comes. The handler must be able to travel.</summary>
    Processes,

    /// <summary>One thread that asks every socket in turn and never waits.</summary>
    NonBlocking,

    /// <summary>One thread over select(2): descriptors below 1024 only.</summary>
    Select,

    /// <summary>One thread over poll(2).</summary>
    Poll,

    /// <summary>One thread over level-triggered epoll(7).</summary>
    Epoll,

    /// <summary>One thread over the best selector that the system has.</summary>
    Selector,

    /// <summary>Coroutines on one event loop over io_uring(7), where it can be had; otherwise as <see cref="Coroutine"/>: <see cref="StreamServer.FallbackReason"/>.</summary>
    Proactor,

    /// <summary>One thread to which the kernel sends a signal for each socket that has something. Linux only.</summary>
    SignalDriven,

    /// <summary>Asynchronous sockets of .NET; handlers run on the runtime's thread pool.</summary>
    Sockets,
}

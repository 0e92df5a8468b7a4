using Plait.Synchronization;

namespace Plait.Net.Servers;

/// <summary>What a process that serves has to know: of the options, what can travel.</summary>
internal sealed record WorkerOrder(
    string Name, ServerModel Model, int Backlog, int MaxConnections, WhenServerFull WhenFull, TimeSpan FirstByteTimeout, TimeSpan IdleTimeout, TimeSpan SendTimeout, TimeSpan MaxLifetime)
{
    /// <summary>Set by the process as soon as it accepts.</summary>
    public IEvent? Up { get; init; }

    public StreamServerOptions Options => new()
    {
        Model = Model,
        Backlog = Backlog,
        MaxConnections = MaxConnections,
        WhenFull = WhenFull,
        FirstByteTimeout = FirstByteTimeout,
        IdleTimeout = IdleTimeout,
        SendTimeout = SendTimeout,
        MaxLifetime = MaxLifetime,
    };

    public static WorkerOrder Of(StreamServerOptions options, string name, int maxConnections) =>
        new(name, options.Model, options.Backlog, maxConnections, options.WhenFull, options.FirstByteTimeout, options.IdleTimeout, options.SendTimeout, options.MaxLifetime);
}

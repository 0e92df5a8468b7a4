using System.Collections.Concurrent;

namespace Plait.Net.Servers;

/// <summary>A host that knows its connections, to break off those that are not through when its time to end is over. One worker.</summary>
internal abstract class TrackingHost(ServerCore core) : ServerHost(core)
{
    private readonly ConcurrentDictionary<Connection, bool> _connections = new();

    protected ServerWorker Worker { get; } = core.Workers.Single();

    protected override async Task<bool> DrainAsync(CancellationToken overdue)
    {
        Task ended = EndAsync();
        if (!await InTimeAsync(ended, overdue).ConfigureAwait(false))
        {
            Core.BreakOff();
            BreakOff();
            return await IsSoonAsync(ended).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Stops accepting; completes when nobody accepts or serves any more.</summary>
    protected abstract Task EndAsync();

    /// <summary>Those that are being served end at once.</summary>
    protected virtual void BreakOff()
    {
        foreach (Connection connection in _connections.Keys)
        {
            connection.Abort();
        }
    }

    /// <summary>Serves one to its end.</summary>
    protected async Task ServeAsync(Connection connection)
    {
        _connections[connection] = true;
        try
        {
            if (Core.IsBreakingOff)
            {
                connection.Abort();
            }

            await Core.ServeAsync(connection, Worker).ConfigureAwait(false);
        }
        finally
        {
            _connections.TryRemove(connection, out _);
        }
    }
}

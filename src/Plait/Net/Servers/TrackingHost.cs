using System.Collections.Concurrent;

namespace Plait.Net.Servers;

/// <summary>A host that knows its connections, to break off those that are not through when its time to end is over. One worker.</summary>
internal abstract class TrackingHost(ServerCore core) : ServerHost(core)
{
    private readonly ConcurrentDictionary<Connection, bool> _connections = new();

    public override IReadOnlyList<ServerWorker> Workers => [Worker];

    protected ServerWorker Worker { get; } = new(core.Name);

    public override async Task<bool> StopAsync(TimeSpan drain)
    {
        Task ended = EndAsync();
        if (!await InTimeAsync(ended, drain).ConfigureAwait(false))
        {
            Core.IsBreakingOff = true;
            foreach (Connection connection in _connections.Keys)
            {
                connection.Abort();
            }

            // A handler that waits for its connection comes back at once; one that is busy with something else has a while.
            if (!await InTimeAsync(ended, BreakOffTime).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Stops accepting; completes when nobody accepts or serves any more.</summary>
    protected abstract Task EndAsync();

    /// <summary>Serves one to its end.</summary>
    protected async Task ServeAsync(Connection connection)
    {
        Core.Prepare(connection);
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

    private static TimeSpan BreakOffTime => TimeSpan.FromSeconds(5);

    private static async Task<bool> InTimeAsync(Task task, TimeSpan time)
    {
        try
        {
            await task.WaitAsync(time.TotalMilliseconds < uint.MaxValue ? time : Timeout.InfiniteTimeSpan).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}

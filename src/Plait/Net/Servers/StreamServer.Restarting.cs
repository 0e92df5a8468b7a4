using System.Diagnostics.CodeAnalysis;
using Plait.Net.Engine;

namespace Plait.Net.Servers;

/// <content>Fresh workers in the place of those that serve: docs/design/server-restart.md.</content>
public sealed partial class StreamServer
{
    // Set when the server is told to end: a restart is given up.
    private readonly CancellationTokenSource _ending = new();

    // Set when the time for that is over.
    private readonly CancellationTokenSource _overdue = new();

    // Guarded by the gate, but for reads of the number.
    private Task? _restart;
    private long _restarts;

    /// <summary>
    /// Puts fresh workers in the place of those that serve, and refuses nobody: new threads, loops or processes, to which the handler with what it has captured goes anew, accept from the same sockets before the old ones stop to.
    /// Those set <see cref="Connection.Stopping"/>, serve what they have, and end; what they still serve when the time is over is broken off. While both are there, <see cref="StreamServerOptions.MaxConnections"/>
    /// holds for each. Counts go on.
    /// </summary>
    /// <param name="drain">How long connections of the old workers may go on; 0 breaks them off at once, <see cref="Timeout.InfiniteTimeSpan"/> never does. Default: null, <see cref="StreamServerOptions.DrainTimeout"/>.</param>
    /// <returns>Completes when the old workers are gone. A call while a restart is under way joins it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    /// <exception cref="ServerRestartException">The fresh workers did not come up, or the server was stopped meanwhile: the message says which. Those that were there serve as before.</exception>
    /// <exception cref="InvalidOperationException">The server is stopped.</exception>
    public Task RestartAsync(TimeSpan? drain = null)
    {
        StreamServerOptions.CheckDrain(drain, nameof(drain));
        lock (_gate)
        {
            if (_stopped is not null)
            {
                throw new InvalidOperationException($"Server '{Name}' is stopped, and cannot be restarted: start another one.");
            }

            return _restart is { IsCompleted: false } ? _restart : _restart = RestartHereAsync(_host, drain ?? Options.DrainTimeout);
        }
    }

    private async Task RestartHereAsync(ServerHost old, TimeSpan drain)
    {
        // The gate is held here.
        ServerHost fresh = ServerModels.CreateHost(Options, NewCore(mustComeUp: true));
        IReadOnlyList<ListeningSocket> listeners = ShareListeners();
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Exception? reason = await TryComeUpAsync(fresh, listeners).ConfigureAwait(false);
        ServerHost leaving = reason is null && TryTakeOver(fresh) ? old : fresh;
        using var overdue = CancellationTokenSource.CreateLinkedTokenSource(_overdue.Token);
        EndAfter(overdue, drain);
        await leaving.StopAsync(leavesQueue: true, overdue.Token).ConfigureAwait(false);
        if (leaving == fresh)
        {
            throw new ServerRestartException(Name, reason);
        }
    }

    // The reason why not, or null.
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever it is, those that serve go on, and who has asked is told.")]
    private async Task<Exception?> TryComeUpAsync(ServerHost fresh, IReadOnlyList<ListeningSocket> listeners)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
        try
        {
            fresh.Start(listeners);
            EndAfter(late, Options.RestartTimeout);
            await fresh.UpAsync(late.Token).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            return _ending.IsCancellationRequested ? null : new TimeoutException($"They did not accept within {Options.RestartTimeout.TotalSeconds:0.###} s (RestartTimeout).");
        }
        catch (Exception reason)
        {
            return reason;
        }
    }

    private bool TryTakeOver(ServerHost fresh)
    {
        lock (_gate)
        {
            if (_stopped is not null)
            {
                return false;
            }

            _host = fresh;
            _restarts++;
            return true;
        }
    }

    private ServerCore NewCore(bool mustComeUp) => new(_handler, Options, Name, _workers, Tell) { MustComeUp = mustComeUp };

    private IReadOnlyList<ListeningSocket> ShareListeners() => [.. _listeners.Select(static listener => listener.Share())];

    private void LeaveListeners() => _listeners.ForEach(static listener => listener.Leave());

    private static void EndAfter(CancellationTokenSource source, TimeSpan time)
    {
        if (time == TimeSpan.Zero)
        {
            source.Cancel();
        }
        else
        {
            source.CancelAfter(TimerLimit.Of(time));
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using Plait.Processes;

namespace Plait.Net.Servers;

/// <summary>
/// Processes with one listening socket for all of them. It stays open here, so that what is queued is not lost when one of them dies; another takes its place then.
/// </summary>
internal sealed class ProcessHost : ServerHost
{
    private static readonly TimeSpan s_atOnce = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(5);

    private readonly Place[] _places;

    // Guards the socket and who is in a place: nobody is started once it is to end.
    private readonly Lock _gate = new();
    private ListeningSocket? _listener;
    private Task _ended = Task.CompletedTask;

    public ProcessHost(ServerCore core)
        : base(core)
    {
        StreamServerOptions options = core.Options;
        int count = core.Workers.Count;
        _places = [.. core.Workers.Select((worker, number) => new Place(
            WorkerOrder.Of(options, worker.Name, (options.MaxConnections / count) + (number < options.MaxConnections % count ? 1 : 0)), worker))];
    }

    protected override void Begin(IReadOnlyList<ListeningSocket> listeners)
    {
        _listener = listeners[0];
        try
        {
            Array.ForEach(_places, Fill);
        }
        catch
        {
            Array.ForEach(_places, static place => place.Process?.Kill());
            Task.WhenAll(_places.Select(static place => place.Process?.EndAsync(place.Worker) ?? Task.CompletedTask)).GetAwaiter().GetResult();
            _listener.Leave();
            throw;
        }

        _ended = Task.WhenAll(_places.Select(KeepAsync));
    }

    public override async Task UpAsync(CancellationToken cancellation)
    {
        await foreach (Task<ChildOutcome?> up in Task.WhenEach(_places.Select(static place => place.First!.Up)).WithCancellation(cancellation).ConfigureAwait(false))
        {
            if (await up.ConfigureAwait(false) is { } outcome)
            {
                throw new ChildFailedException(outcome);
            }
        }
    }

    protected override async Task<bool> DrainAsync(CancellationToken overdue)
    {
        lock (_gate)
        {
            // Each process has its own; when the last one has accepted what is queued, connections are refused.
            _listener!.Leave();
            Array.ForEach(_places, place => place.Process?.Retire(leavesQueue: Core.MostQueued == 0));
        }

        if (!await InTimeAsync(_ended, overdue).ConfigureAwait(false))
        {
            Array.ForEach(_places, static place => place.Process?.Kill());
            await _ended.ConfigureAwait(false);
        }

        return true;
    }

    private void Fill(Place place)
    {
        place.Process = ServerProcess.Start(Core.Handler, place.Order, _listener!, place.Worker);
        place.First ??= place.Process;
    }

    // Until it is to end there is a process in the place.
    private async Task KeepAsync(Place place)
    {
        TimeSpan pause = TimeSpan.Zero;
        while (place.Process is { } process)
        {
            await process.EndAsync(place.Worker).ConfigureAwait(false);
            if (Core.Stopping.IsCancellationRequested || (Core.MustComeUp && process == place.First && await process.Up.ConfigureAwait(false) is not null))
            {
                // It is to end, or is given up.
                return;
            }

            StandardError.Tell(Core.Name, $"{place.Order.Name} (pid {process.Pid}) is replaced. {process.Explanation}");
            pause = process.Age < s_atOnce ? Next(pause) : TimeSpan.Zero;
            place.Process = null;
            while (place.Process is null && !Core.Stopping.IsCancellationRequested)
            {
                await PauseAsync(pause).ConfigureAwait(false);
                if (!TryReplace(place))
                {
                    pause = Next(pause);
                }
            }
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever it is, it is told, and the place must not stay empty for it.")]
    private bool TryReplace(Place place)
    {
        lock (_gate)
        {
            if (Core.Stopping.IsCancellationRequested)
            {
                return false;
            }

            try
            {
                Fill(place);
                place.Worker.Count(ServerCount.WorkersReplaced);
                return true;
            }
            catch (Exception refused)
            {
                // Descriptors, processes, or memory of one kind or the other have run out; or what the handler has captured has changed since the start.
                StandardError.Tell(Core.Name, $"{place.Order.Name} cannot be replaced yet. {refused.Message}");
                place.Worker.Count(ServerCount.AcceptPauses);
                return false;
            }
        }
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, TimeProvider.System, Core.Stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It is to end: nobody is to be replaced.
        }
    }

    private static TimeSpan Next(TimeSpan pause) =>
        pause == TimeSpan.Zero ? s_firstPause : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, s_longestPause.Ticks));

    /// <summary>Who serves there changes; what was counted stays.</summary>
    private sealed class Place(WorkerOrder order, ServerWorker worker)
    {
        private volatile ServerProcess? _process;

        public WorkerOrder Order => order;

        public ServerWorker Worker => worker;

        /// <summary>The one that it began with.</summary>
        public ServerProcess? First { get; set; }

        public ServerProcess? Process
        {
            get => _process;
            set => _process = value;
        }
    }
}

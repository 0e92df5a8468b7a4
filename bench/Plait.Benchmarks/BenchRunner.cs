using Plait.Benchmarks.Peers;

namespace Plait.Benchmarks;

/// <summary>Measures a case: ours, then each peer, then ours again, so that a busy moment of the machine falls on every side.</summary>
internal static class BenchRunner
{
    /// <summary>Measures <paramref name="benchCase"/> and returns a row for each of its peers, the one that carries the goal first.</summary>
    /// <exception cref="OperationCanceledException">The run was cancelled; the peers have been ended.</exception>
    public static async Task<IReadOnlyList<BenchResult>> RunAsync(
        BenchCase benchCase, BenchSize size, Action<string> progress, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size.Rounds, 1, nameof(size));
        ArgumentOutOfRangeException.ThrowIfLessThan(size.Operations, 1, nameof(size));
        progress($"{benchCase.Area}: {benchCase.Name} ...");

        var ours = new OursSide(benchCase);
        var peers = new List<PeerSide>();
        try
        {
            foreach (var peer in benchCase.Peers)
            {
                peers.Add(await PeerSide.OpenAsync(peer, cancellationToken).ConfigureAwait(false));
            }

            for (var round = -size.WarmUps; round < size.Rounds; round++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ours.Run(size.Operations, counts: round >= 0);
                foreach (var peer in peers)
                {
                    await peer.RunAsync(size.Operations, benchCase.Unit, counts: round >= 0, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            foreach (var peer in peers)
            {
                await peer.DisposeAsync().ConfigureAwait(false);
            }

            benchCase.TearDown?.Invoke();
        }

        var rows = peers.Select((peer, index) => Row(benchCase, ours, peer, carriesGoal: index == 0)).ToArray();
        foreach (var row in rows)
        {
            progress(Describe(row));
        }

        return rows;
    }

    private static BenchResult Row(BenchCase benchCase, OursSide ours, PeerSide peer, bool carriesGoal)
    {
        double? our = ours.Samples.IsEmpty ? null : ours.Samples.Of(benchCase.Statistic);
        double? their = peer.Samples.IsEmpty ? null : peer.Samples.Of(benchCase.Statistic);
        var ratio = their / our;
        var goal = peer.Goal ?? (carriesGoal ? benchCase.Goal : null);
        var goalAbsolute = carriesGoal ? benchCase.GoalAbsolute : null;
        string[] notes =
        [
            benchCase.Statistic switch { BenchStatistic.Percentile99 => "p99", BenchStatistic.Minimum => "the smallest", _ => "" },
            ours.Samples.IsEmpty ? "" : $"ours {ours.Samples.Noise()}",
            peer.Samples.IsEmpty ? "" : $"peer {peer.Samples.Noise()}",
            peer.Measure is { } measure && our / their is { } multiple ? $"{BenchSamples.Format(multiple)} x {measure}" : "",
            carriesGoal && benchCase.GoalWorst is { } worst ? $"none over {BenchSamples.Format(worst)}" : "",
            ours.Note,
            peer.Note.Length > 0 ? $"peer {peer.Note}" : "",
            ours.Failure is null ? "" : $"ours failed: {ours.Failure}",
            peer.Failure ?? "",
        ];
        return new BenchResult(
            benchCase.Area,
            carriesGoal ? benchCase.Name : $"{benchCase.Name} / {peer.Label}",
            benchCase.Unit.Symbol,
            our,
            their,
            peer.Name,
            ratio,
            goal,
            goalAbsolute,
            Judge(ours, our, ratio, goal, goalAbsolute, carriesGoal ? benchCase.GoalWorst : null),
            string.Join("; ", notes.Where(note => note.Length > 0)));
    }

    /// <summary>Null where there is nothing to judge: no goal, or a goal against a peer that is not there.</summary>
    private static bool? Judge(OursSide ours, double? our, double? ratio, double? goal, double? goalAbsolute, double? goalWorst)
    {
        if (goal is null && goalAbsolute is null && goalWorst is null)
        {
            return null;
        }

        if (ours.Failure is not null || our is null || our > goalAbsolute || ratio < goal || ours.Samples.Quantile(1) > goalWorst)
        {
            return false;
        }

        return goal is not null && ratio is null ? null : true;
    }

    private static string Describe(BenchResult row)
    {
        var goal = (row.Goal, row.GoalAbsolute) switch
        {
            ({ } ratio, _) => $", goal {ratio:0.##}",
            (_, { } absolute) => $", goal at most {absolute:0.##} {row.Unit}",
            _ => "",
        };
        var verdict = row.Ok switch { true => "ok", false => "MISSED", null => "-" };
        return $"{row.Area}: {row.Case}: ours {Figure(row.Ours)}, {row.PeerName} {Figure(row.Peer)} {row.Unit}, "
            + $"ratio {Figure(row.Ratio)}{goal}: {verdict} ({row.Note})";
    }

    private static string Figure(double? value) => value is { } figure ? BenchSamples.Format(figure) : "none";

    /// <summary>Our side of a case; it fails once and is not run again, so that the peers' figures are still reported.</summary>
    private sealed class OursSide(BenchCase benchCase)
    {
        public BenchSamples Samples { get; } = new();

        public string Note { get; private set; } = "";

        public string? Failure { get; private set; }

        public void Run(int operations, bool counts)
        {
            if (Failure is not null)
            {
                return;
            }

            try
            {
                var round = benchCase.Ours(operations);
                if (counts)
                {
                    Samples.Add(round.Samples, 1);
                    Note = round.Note;
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                Failure = $"{exception.GetType().Name}: {exception.Message}";
            }
        }
    }

    /// <summary>A peer of a case; where it is missing or fails, its row says why.</summary>
    private sealed class PeerSide(BenchPeer description) : IAsyncDisposable
    {
        private IRunningPeer? running;

        public BenchSamples Samples { get; } = new();

        public string Label => description.Label;

        public double? Goal => description.Goal;

        public string? Measure => description.Measure;

        public string Name => running?.Name ?? description.Label;

        public string Note { get; private set; } = "";

        public string? Failure { get; private set; }

        public static async Task<PeerSide> OpenAsync(BenchPeer description, CancellationToken cancellationToken)
        {
            var side = new PeerSide(description);
            try
            {
                side.running = await description.OpenAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (PeerUnavailableException exception)
            {
                side.Failure = exception.Message;
            }

            return side;
        }

        public async Task RunAsync(int operations, BenchUnit unit, bool counts, CancellationToken cancellationToken)
        {
            if (running is null || Failure is not null)
            {
                return;
            }

            try
            {
                var figures = await running.RunAsync(operations, cancellationToken).ConfigureAwait(false);
                if (counts)
                {
                    Samples.Add(figures, 1 / unit.Size);
                    Note = running.Note;
                }
            }
            catch (PeerUnavailableException exception)
            {
                Failure = exception.Message;
            }
        }

        public ValueTask DisposeAsync() => running?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}

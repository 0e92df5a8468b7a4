using System.Globalization;
using System.Runtime.InteropServices;
using Plait.Benchmarks.Executor;
using Plait.Benchmarks.IO;
using Plait.Benchmarks.Locks;
using Plait.Benchmarks.Process;
using Plait.Benchmarks.Queues;

namespace Plait.Benchmarks;

/// <summary>Everything that <c>plait bench</c> can measure.</summary>
public static class BenchCatalog
{
    private static readonly (string Area, Func<IReadOnlyList<BenchCase>> Cases)[] Registered =
        [(ProcessArea.Name, ProcessArea.Cases), (ExecutorArea.Name, ExecutorArea.Cases), (LocksArea.Name, LocksArea.Cases), (QueuesArea.Name, QueuesArea.Cases), (IOArea.Name, IOArea.Cases)];

    /// <summary>The names of the areas, in the order in which they run.</summary>
    public static IReadOnlyList<string> Areas { get; } = [.. Registered.Select(area => area.Area)];

    /// <summary>Measures every case of the given areas, one after another, and returns a row for each peer of each case.</summary>
    /// <param name="areas">Names from <see cref="Areas"/>; none means all of them.</param>
    /// <param name="only">Only cases whose names contain this, in whatever case; null for all.</param>
    /// <param name="quick">Fewer rounds: good for a look, not for a claim.</param>
    /// <param name="progress">Told in one line each what is being measured and what came out, and how many cases are done; called from any thread, never at the same time.</param>
    /// <param name="cancellationToken">Stops between two rounds, or while a peer works; peers are ended.</param>
    /// <returns>The rows, in the order of the catalog. A side that could not be measured is null in its row, and the row's note says why.</returns>
    /// <exception cref="ArgumentException">An area is unknown.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; what was measured so far has been told through <paramref name="progress"/>.</exception>
    public static async Task<IReadOnlyList<BenchResult>> RunAsync(
        IReadOnlyCollection<string> areas, string? only, bool quick, Action<BenchProgress> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(areas);
        ArgumentNullException.ThrowIfNull(progress);
        foreach (var area in areas)
        {
            if (!Areas.Contains(area, StringComparer.Ordinal))
            {
                throw new ArgumentException($"There is no bench area \"{area}\"; choose from: {string.Join(", ", Areas)}.", nameof(areas));
            }
        }

        BenchCase[] all = [.. Registered.Where(area => areas.Count == 0 || areas.Contains(area.Area, StringComparer.Ordinal)).SelectMany(static area => area.Cases())
            .Where(one => only is null || one.Name.Contains(only, StringComparison.OrdinalIgnoreCase))];
        progress(new BenchProgress(Machine(), 0, all.Length));
        var rows = new List<BenchResult>();
        for (var i = 0; i < all.Length; i++)
        {
            var done = i;
            rows.AddRange(await BenchRunner.RunAsync(
                all[i], quick ? all[i].Quick : all[i].Full, text => progress(new BenchProgress(text, done, all.Length)), cancellationToken).ConfigureAwait(false));
        }

        return rows;
    }

    /// <summary>What the figures were taken on; on a machine that others keep busy, absolute figures say little and ratios somewhat more.</summary>
    private static string Machine()
    {
        var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        var noisy = double.Parse(load, CultureInfo.InvariantCulture) > Environment.ProcessorCount / 2.0 ? ": others use it, expect noise" : "";
        return $"machine: {Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, load {load}{noisy}";
    }
}

using System.Collections;

namespace Plait.Execution;

/// <summary>
/// The results of a map. Nothing happens before they are enumerated; then the input is read as far ahead as
/// <see cref="MapOptions.Window"/> allows, and results arrive as the map's options say. They can be enumerated once, in one of the
/// forms here. Ending the enumeration early cancels what is under way.
/// </summary>
/// <remarks>
/// The one who enumerates reads the input and hands out work, on its own thread: a map has no thread of its own, and while nobody asks
/// for results no new work is handed out. What the input's iterator throws is thrown after the results of the items before it.
/// An enumeration is for one thread at a time.
/// </remarks>
/// <typeparam name="TOut">What the function returns.</typeparam>
public sealed class MapResults<TOut> : IAsyncEnumerable<TOut>
{
    private readonly Func<MapRunStart, MapRun<TOut>> _start;
    private readonly bool _skipsFailures;
    private readonly MapErrors _errors = new();
    private int _isEnumerated;

    internal MapResults(Func<MapRunStart, MapRun<TOut>> start, MapErrorMode onError)
    {
        _start = start;
        _skipsFailures = onError == MapErrorMode.Continue;
    }

    /// <summary>The items that have failed for good so far, in the order of the input. A copy; complete when the enumeration has ended.</summary>
    public IReadOnlyList<MapError> Errors => _errors.ToArray();

    /// <summary>Enumerates the values. What an item failed with is thrown, or the item left out, as <see cref="MapOptions.OnError"/> says.</summary>
    /// <param name="cancellationToken">Ends the map, as <see cref="MapOptions.CancellationToken"/> does.</param>
    /// <returns>The values.</returns>
    /// <exception cref="InvalidOperationException">The results were enumerated already.</exception>
    public IAsyncEnumerator<TOut> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new MapReader<TOut>(Start(_skipsFailures, cancellationToken), _skipsFailures);

    /// <summary>The values, for an enumeration that blocks while the next one is not there. Failures as in the asynchronous one.</summary>
    /// <returns>The values; to be enumerated once.</returns>
    public IEnumerable<TOut> AsEnumerable() => new Values(this);

    /// <summary>What became of every item, failed ones included: <see cref="MapOptions.OnError"/> does not matter here.</summary>
    /// <returns>One outcome an item, in the order of the values; to be enumerated once.</returns>
    public IAsyncEnumerable<MapOutcome<TOut>> Outcomes() => new OutcomeValues(this);

    /// <summary>As <see cref="Outcomes"/>, for an enumeration that blocks.</summary>
    /// <returns>One outcome an item; to be enumerated once.</returns>
    public IEnumerable<MapOutcome<TOut>> AsOutcomes() => new OutcomeValues(this);

    /// <summary>Runs the map and gives all values. Blocks until it is over.</summary>
    /// <returns>The values; those of failed items are missing when the map carries on.</returns>
    /// <exception cref="InvalidOperationException">The results were enumerated already.</exception>
    /// <exception cref="OperationCanceledException">The map was cancelled.</exception>
    public TOut[] ToArray()
    {
        MapRun<TOut> run = Start(_skipsFailures, CancellationToken.None);
        try
        {
            var collector = new MapCollector<TOut>(run, _skipsFailures);
            while (!collector.TryGoOn())
            {
                run.Wait();
            }

            return collector.ToArray();
        }
        finally
        {
            run.CloseAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>Runs the map and gives all values, without blocking a thread.</summary>
    /// <param name="cancellationToken">Ends the map, as <see cref="MapOptions.CancellationToken"/> does.</param>
    /// <returns>The values; those of failed items are missing when the map carries on.</returns>
    /// <exception cref="InvalidOperationException">The results were enumerated already.</exception>
    /// <exception cref="OperationCanceledException">The map was cancelled.</exception>
    public async Task<TOut[]> ToArrayAsync(CancellationToken cancellationToken = default)
    {
        MapRun<TOut> run = Start(_skipsFailures, cancellationToken);
        try
        {
            var collector = new MapCollector<TOut>(run, _skipsFailures);
            while (!collector.TryGoOn())
            {
                await run.WaitAsync().ConfigureAwait(false);
            }

            return collector.ToArray();
        }
        finally
        {
            await run.CloseAsync().ConfigureAwait(false);
        }
    }

    private MapRun<TOut> Start(bool carriesOn, CancellationToken token)
    {
        if (Interlocked.Exchange(ref _isEnumerated, 1) != 0)
        {
            throw new InvalidOperationException("The results of a map can be enumerated once. Call Map again, or keep them with ToArray.");
        }

        return _start(new MapRunStart(_errors, carriesOn, token));
    }

    private sealed class Values(MapResults<TOut> results) : IEnumerable<TOut>
    {
        public IEnumerator<TOut> GetEnumerator() => new MapReader<TOut>(results.Start(results._skipsFailures, CancellationToken.None), results._skipsFailures);

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class OutcomeValues(MapResults<TOut> results) : IAsyncEnumerable<MapOutcome<TOut>>, IEnumerable<MapOutcome<TOut>>
    {
        public IAsyncEnumerator<MapOutcome<TOut>> GetAsyncEnumerator(CancellationToken cancellationToken = default) => Read(cancellationToken);

        public IEnumerator<MapOutcome<TOut>> GetEnumerator() => Read(CancellationToken.None);

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        private MapOutcomeReader<TOut> Read(CancellationToken token) => new(results.Start(carriesOn: true, token));
    }
}

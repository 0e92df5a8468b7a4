using System.Collections;
using System.Runtime.CompilerServices;

namespace Plait.Execution;

/// <summary>What became of each item of a map, one by one; as a sequence that blocks, or an asynchronous one.</summary>
internal sealed class MapOutcomeReader<TOut>(MapRun<TOut> run) : IAsyncEnumerator<MapOutcome<TOut>>, IEnumerator<MapOutcome<TOut>>
{
    // Whether values are at hand, of which the next is at _next.
    private int _next;
    private int _end;

    public MapOutcome<TOut> Current { get; private set; }

    object IEnumerator.Current => Current;

    public bool MoveNext()
    {
        bool hasMoved;
        while (!TryMove(out hasMoved))
        {
            run.Wait();
        }

        return hasMoved;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> MoveNextAsync()
    {
        bool hasMoved;
        while (!TryMove(out hasMoved))
        {
            await run.WaitAsync().ConfigureAwait(false);
        }

        return hasMoved;
    }

    public void Reset() => throw new NotSupportedException("The results of a map can be enumerated once.");

    public void Dispose() => run.CloseAsync().AsTask().GetAwaiter().GetResult();

    public ValueTask DisposeAsync() => run.CloseAsync();

    /// <summary>False: wait.</summary>
    private bool TryMove(out bool hasMoved)
    {
        hasMoved = true;
        if (_next == _end)
        {
            Current = default;
            switch (run.Step())
            {
                case MapStep.Values:
                    _next = run.First;
                    _end = run.End;
                    break;
                case MapStep.Failure:
                    Current = new MapOutcome<TOut>(run.FirstIndex, default!, run.Failure);
                    return true;
                case MapStep.Wait:
                    return false;
                default:
                    hasMoved = false;
                    return true;
            }
        }

        Current = new MapOutcome<TOut>(run.FirstIndex + _next - run.First, run.Values[_next], null);
        if (RuntimeHelpers.IsReferenceOrContainsReferences<TOut>())
        {
            run.Values[_next] = default!;
        }

        _next++;
        return true;
    }
}

using System.Collections;
using System.Runtime.CompilerServices;

namespace Plait.Execution;

/// <summary>The values of a map, one by one; as a sequence that blocks, or an asynchronous one.</summary>
internal sealed class MapReader<TOut>(MapRun<TOut> run, bool skipsFailures) : IAsyncEnumerator<TOut>, IEnumerator<TOut>
{
    // The values at hand, of which the current one is at _next - 1.
    private TOut[] _values = [];
    private int _next;
    private int _end;

    public TOut Current => _values[_next - 1];

    object? IEnumerator.Current => Current;

    public bool MoveNext()
    {
        Forget();
        if (_next < _end)
        {
            _next++;
            return true;
        }

        while (true)
        {
            if (TryStep(out bool hasMoved))
            {
                return hasMoved;
            }

            run.Wait();
        }
    }

    public ValueTask<bool> MoveNextAsync()
    {
        Forget();
        if (_next < _end)
        {
            _next++;
            return new ValueTask<bool>(true);
        }

        return MoveNextSlowAsync();
    }

    public void Reset() => throw new NotSupportedException("The results of a map can be enumerated once.");

    public void Dispose() => run.CloseAsync().AsTask().GetAwaiter().GetResult();

    public ValueTask DisposeAsync() => run.CloseAsync();

    // A result that was taken must not be kept alive until its whole block is.
    private void Forget()
    {
        if (RuntimeHelpers.IsReferenceOrContainsReferences<TOut>() && _next > 0 && _next <= _end)
        {
            _values[_next - 1] = default!;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> MoveNextSlowAsync()
    {
        bool hasMoved;
        while (!TryStep(out hasMoved))
        {
            await run.WaitAsync().ConfigureAwait(false);
        }

        return hasMoved;
    }

    /// <summary>False: wait.</summary>
    private bool TryStep(out bool hasMoved)
    {
        _values = [];
        _next = _end = 0;
        MapStep step = run.StepToValues(skipsFailures);
        hasMoved = step == MapStep.Values;
        if (hasMoved)
        {
            _values = run.Values;
            _next = run.First + 1;
            _end = run.End;
        }

        return step != MapStep.Wait;
    }
}

using System.Runtime.ExceptionServices;

namespace Plait.Execution;

/// <summary>What <see cref="MapRun{TOut}.Step"/> came to.</summary>
internal enum MapStep
{
    /// <summary>Values are at hand.</summary>
    Values,

    /// <summary>An item's failure is at hand.</summary>
    Failure,

    /// <summary>Nothing yet: wait, then step again.</summary>
    Wait,

    /// <summary>Everything was at hand once.</summary>
    End,
}

/// <summary>
/// A map under way, as its reader sees it. All work is done by the one who enumerates: <see cref="Step"/> reads input, hands out
/// chunks and takes results. Not thread-safe but for <see cref="MapRun{TOut}.Cancel"/> and the callbacks of chunks.
/// </summary>
internal abstract class MapRun<TOut>(MapErrors errors)
{
    /// <summary>The array that has the values at hand, in <see cref="First"/> to <see cref="End"/>.</summary>
    public TOut[] Values { get; protected set; } = [];

    public int First { get; protected set; }

    public int End { get; protected set; }

    /// <summary>Place in the input of the first item at hand.</summary>
    public long FirstIndex { get; protected set; }

    /// <summary>The failure at hand.</summary>
    public Exception? Failure { get; protected set; }

    public abstract long? Total { get; }

    protected MapErrors Errors { get; } = errors;

    protected MapSignal Signal { get; } = new();

    /// <summary>Goes on without blocking for results; what was at hand is taken then. May block in a synchronous input.</summary>
    /// <exception cref="OperationCanceledException">The map was cancelled, or its executor was shut down.</exception>
    public abstract MapStep Step();

    /// <summary>Goes on as <see cref="Step"/>, past failures if they are to be skipped. If not, the first one ends the map and is thrown.</summary>
    /// <returns>Any step but <see cref="MapStep.Failure"/>.</returns>
    /// <exception cref="OperationCanceledException">The map was cancelled, or its executor was shut down.</exception>
    public MapStep StepToValues(bool skipsFailures)
    {
        MapStep step;
        while ((step = Step()) == MapStep.Failure)
        {
            if (!skipsFailures)
            {
                Cancel(new CancellationToken(canceled: true));
                ExceptionDispatchInfo.Throw(Failure!);
            }
        }

        return step;
    }

    /// <summary>Blocks until it is worth stepping again.</summary>
    public void Wait() => Signal.Wait();

    /// <summary>Completes when it is worth stepping again.</summary>
    public ValueTask WaitAsync() => Signal.WaitAsync();

    /// <summary>Stops what is outstanding; the next step throws.</summary>
    public abstract void Cancel(CancellationToken token);

    /// <summary>Stops what is outstanding, without waiting for it, and lets go of the input.</summary>
    public abstract ValueTask CloseAsync();
}

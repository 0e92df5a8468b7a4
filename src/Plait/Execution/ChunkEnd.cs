namespace Plait.Execution;

/// <summary>How a chunk ended. Items without a result or an exception by then have not run, or their result is lost.</summary>
internal readonly record struct ChunkEnd
{
    /// <summary>No item is to blame.</summary>
    public const int Nobody = -1;

    public ChunkEnd()
    {
    }

    /// <summary>The item that ended it, counted within the chunk; <see cref="Nobody"/>: unknown, or none.</summary>
    public int Culprit { get; init; } = Nobody;

    /// <summary>What ended it early; null: it came to its end, or to where it was cut.</summary>
    public Exception? Error { get; init; }

    /// <summary>The fault is the worker's rather than the function's: worth another attempt unless the caller says otherwise.</summary>
    public bool IsWorkerFault { get; init; }

    /// <summary>The item must not be tried again, whatever its retries say.</summary>
    public bool IsFinal { get; init; }

    /// <summary>Nothing more can run in this executor: the map is over.</summary>
    public bool EndsMap { get; init; }
}

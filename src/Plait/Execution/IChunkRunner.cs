namespace Plait.Execution;

/// <summary>What an executor offers to a map: running chunks of items. Called by one thread at a time per map.</summary>
internal interface IChunkRunner
{
    /// <summary>Chunks it runs at the same time.</summary>
    int WorkerCount { get; }

    /// <summary>The most items it takes in one chunk.</summary>
    int LargestChunk { get; }

    /// <summary>The clock of timeouts and waits.</summary>
    TimeProvider TimeProvider { get; }

    /// <summary>Throws what a submission of the function would throw: it cannot travel, the executor is closed.</summary>
    void Check<TIn, TOut>(MapFunction<TIn, TOut> function);

    /// <summary>
    /// Begins a chunk. Does not wait for it. Throws when the items cannot travel, or when the executor takes no more work; then no
    /// callback of the chunk is called.
    /// </summary>
    /// <exception cref="ExecutorClosedException">Nothing more can run.</exception>
    /// <exception cref="ExecutorBrokenException">Nothing more can run.</exception>
    IChunkControl RunChunk<TIn, TOut>(ChunkRequest<TIn, TOut> chunk);
}

/// <summary>A chunk under way. Safe for all threads.</summary>
internal interface IChunkControl
{
    /// <summary>
    /// Ends the chunk after the items that are begun. True: items from <paramref name="next"/> on were not begun and never will be by this
    /// chunk, which may still end earlier. False: it is over, or it cannot be cut now.
    /// </summary>
    bool TryCut(out int next);

    /// <summary>Stops the chunk, whatever it is doing. Its end is still told.</summary>
    void Cancel(CancellationToken token);
}

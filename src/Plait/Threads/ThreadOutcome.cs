namespace Plait.Threads;

/// <summary>The ways in which a thread ends.</summary>
public enum ThreadOutcomeKind
{
    /// <summary>Its function returned.</summary>
    Returned,

    /// <summary>Its function threw; <see cref="ThreadOutcome.Exception"/> holds it.</summary>
    Threw,

    /// <summary>Its function ended with an <see cref="OperationCanceledException"/> after <see cref="WorkerThread.RequestStop"/>.</summary>
    Cancelled,
}

/// <summary>How a thread ended. Immutable; available once the thread has ended.</summary>
public sealed record ThreadOutcome
{
    internal ThreadOutcome()
    {
    }

    /// <summary>The way it ended.</summary>
    public required ThreadOutcomeKind Kind { get; init; }

    /// <summary>The thread's name.</summary>
    public required string Name { get; init; }

    /// <summary>The number the kernel had for it. It may belong to another thread by now.</summary>
    public required int NativeId { get; init; }

    /// <summary>What the function threw, as it was thrown; null when it returned. Reading it here does not count as having seen to it: see <see cref="WorkerThread.Exception"/>.</summary>
    public Exception? Exception { get; init; }

    /// <summary>How long the function ran.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Whether the function returned.</summary>
    public bool IsSuccess => Kind == ThreadOutcomeKind.Returned;

    /// <summary>One line: which thread, and how it ended.</summary>
    public override string ToString() => Kind switch
    {
        ThreadOutcomeKind.Returned => $"'{Name}' (thread {NativeId}): its function returned.",
        ThreadOutcomeKind.Cancelled => $"'{Name}' (thread {NativeId}): its function was cancelled, as it was asked to be.",
        _ => $"'{Name}' (thread {NativeId}): its function threw {Exception?.GetType()}: {Exception?.Message}",
    };
}

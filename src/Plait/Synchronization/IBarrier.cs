using System.Runtime.CompilerServices;

namespace Plait.Synchronization;

/// <summary>
/// A barrier: its parties wait for each other, round after round. A party that dies while it waits, or runs out of time, breaks
/// it: everybody gets <see cref="BrokenBarrierException"/> until <see cref="Reset"/>.
/// </summary>
public interface IBarrier : ISynchronizer
{
    /// <summary>How many meet.</summary>
    int Parties { get; }

    /// <summary>How many are there now. A snapshot.</summary>
    int WaitingCount { get; }

    /// <summary>Whether it is broken. A snapshot.</summary>
    bool IsBroken { get; }

    /// <summary>Breaks it: those who wait, and those who come, get <see cref="BrokenBarrierException"/>.</summary>
    void Abort();

    /// <summary>Makes it whole and empty again. Those who wait get <see cref="BrokenBarrierException"/>.</summary>
    void Reset();

    /// <summary>Arrives, and blocks until all have.</summary>
    /// <param name="cancellationToken">Ends the wait, and breaks the barrier.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <returns>The rank of the arrival in this round: 0 for the first, <see cref="Parties"/> - 1 for the last.</returns>
    /// <exception cref="BrokenBarrierException">It is broken, or breaks while this waits; also when the action threw, which is then the inner exception where it ran.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first; the barrier is broken.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed, or its scope is.</exception>
    int Wait(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Arrives, and blocks until all have, for at most <paramref name="timeout"/>; when the time is over the barrier breaks.</summary>
    /// <param name="timeout">0 or more, or infinite.</param>
    /// <param name="cancellationToken">Ends the wait, and breaks the barrier.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <inheritdoc cref="Wait(CancellationToken, string, int)"/>
    int Wait(TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Arrives, and waits until all have, without blocking a thread.</summary>
    /// <inheritdoc cref="Wait(CancellationToken, string, int)"/>
    ValueTask<int> WaitAsync(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Arrives, and waits until all have, without blocking a thread; when the time is over the barrier breaks.</summary>
    /// <inheritdoc cref="Wait(TimeSpan, CancellationToken, string, int)"/>
    ValueTask<int> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);
}

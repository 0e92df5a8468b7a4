using System.Runtime.CompilerServices;

namespace Plait.Synchronization;

/// <summary>A countdown: waits go on when its count is 0.</summary>
public interface ICountdown : ISynchronizer
{
    /// <summary>Signals that are still missing. A snapshot.</summary>
    int CurrentCount { get; }

    /// <summary>What <see cref="Reset()"/> goes back to.</summary>
    int InitialCount { get; }

    /// <summary>Whether the count is 0. A snapshot.</summary>
    bool IsSet { get; }

    /// <summary>Lowers the count; at 0 all waits go on. Does not block.</summary>
    /// <param name="count">By how much, 1 or more.</param>
    /// <returns>Whether this call brought it to 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is 0 or less.</exception>
    /// <exception cref="SynchronizationException">The count is smaller than that; it stays as it is.</exception>
    bool Signal(int count = 1);

    /// <summary>Raises the count. Does not block.</summary>
    /// <param name="count">By how much, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is 0 or less.</exception>
    /// <exception cref="SynchronizationException">It is 0 already, or would pass 2,147,483,647; it stays as it is.</exception>
    void AddCount(int count = 1);

    /// <summary>Raises the count if it is not 0 yet. Does not block.</summary>
    /// <param name="count">By how much, 1 or more.</param>
    /// <returns>False when it was 0.</returns>
    bool TryAddCount(int count = 1);

    /// <summary>Back to <see cref="InitialCount"/>. Those who wait go on waiting.</summary>
    void Reset();

    /// <summary>Starts again with another count, which <see cref="InitialCount"/> becomes.</summary>
    /// <param name="count">0 or more.</param>
    void Reset(int count);

    /// <summary>Blocks until the count is 0.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed, or its scope is.</exception>
    void Wait(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Blocks until the count is 0, for at most <paramref name="timeout"/>.</summary>
    /// <param name="timeout">0 or more, or infinite.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <returns>False when the time was over first.</returns>
    /// <inheritdoc cref="Wait(CancellationToken, string, int)" path="/exception"/>
    bool Wait(TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Waits until the count is 0, without blocking a thread.</summary>
    /// <inheritdoc cref="Wait(CancellationToken, string, int)"/>
    ValueTask WaitAsync(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Waits until the count is 0, for at most <paramref name="timeout"/>, without blocking a thread.</summary>
    /// <inheritdoc cref="Wait(TimeSpan, CancellationToken, string, int)"/>
    ValueTask<bool> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);
}

using System.Runtime.CompilerServices;

namespace Plait.Synchronization;

/// <summary>
/// A semaphore: a count of permits. <see cref="Acquire"/> borrows one and gives it back with the hold, or when its holder dies;
/// <see cref="Wait(CancellationToken, string, int)"/> takes one for good, to be matched by somebody's <see cref="Release"/>.
/// </summary>
/// <remarks>Permits go to waiters in the order of their arrival.</remarks>
public interface ISemaphore : ISynchronizer
{
    /// <summary>Permits that are there now. A snapshot.</summary>
    int CurrentCount { get; }

    /// <summary>The most permits that may be there; null when there is no bound but 16,777,215.</summary>
    int? MaximumCount { get; }

    /// <summary>Adds permits and lets as many waiters through. Does not block.</summary>
    /// <param name="count">How many, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is 0 or less.</exception>
    /// <exception cref="SynchronizationException">There would be more than <see cref="MaximumCount"/>; none was added.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed, or its scope is.</exception>
    void Release(int count = 1);

    /// <summary>Acquires a permit; blocks until it has it.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <returns>The right to release.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled first; nothing was acquired.</exception>
    /// <exception cref="DeadlockException">The wait would never have ended; nothing was acquired.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed, or its scope is.</exception>
    Hold Acquire(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Acquires a permit if that is possible at once. Does not block.</summary>
    /// <param name="hold">The right to release; the default value when false.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <returns>Whether it was acquired.</returns>
    /// <exception cref="ObjectDisposedException">It is disposed, or its scope is.</exception>
    bool TryAcquire(out Hold hold, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Acquires a permit; blocks for at most <paramref name="timeout"/>.</summary>
    /// <param name="timeout">0 or more, or infinite.</param>
    /// <param name="hold">The right to release; the default value when false.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <returns>Whether it was acquired in time.</returns>
    /// <inheritdoc cref="Acquire(CancellationToken, string, int)" path="/exception"/>
    bool TryAcquire(TimeSpan timeout, out Hold hold, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Acquires a permit without blocking a thread.</summary>
    /// <inheritdoc cref="Acquire(CancellationToken, string, int)"/>
    ValueTask<Hold> AcquireAsync(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Acquires a permit without blocking a thread, within <paramref name="timeout"/>.</summary>
    /// <param name="timeout">0 or more, or infinite.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <returns>The right to release; null when the time was over first.</returns>
    /// <inheritdoc cref="Acquire(CancellationToken, string, int)" path="/exception"/>
    ValueTask<Hold?> TryAcquireAsync(TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Blocks until there is a permit, and takes it.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed, or its scope is.</exception>
    void Wait(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Blocks until there is a permit, and takes it, for at most <paramref name="timeout"/>.</summary>
    /// <param name="timeout">0 or more, or infinite.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <returns>False when the time was over first.</returns>
    /// <inheritdoc cref="Wait(CancellationToken, string, int)" path="/exception"/>
    bool Wait(TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Waits until there is a permit, and takes it, without blocking a thread.</summary>
    /// <inheritdoc cref="Wait(CancellationToken, string, int)"/>
    ValueTask WaitAsync(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Waits until there is a permit, and takes it, for at most <paramref name="timeout"/>, without blocking a thread.</summary>
    /// <inheritdoc cref="Wait(TimeSpan, CancellationToken, string, int)"/>
    ValueTask<bool> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);
}

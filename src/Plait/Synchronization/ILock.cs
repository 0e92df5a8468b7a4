using System.Runtime.CompilerServices;

namespace Plait.Synchronization;

/// <summary>
/// A lock: one agent at a time. The <see cref="Hold"/> is the right to release, from any thread. When its holder dies or ends
/// without releasing, the next one gets it with <see cref="Hold.IsAbandoned"/>.
/// </summary>
/// <remarks>An agent that waits for a lock that it holds itself waits for ever, and is told so by <see cref="DeadlockException"/>; see <see cref="IReentrantLock"/>.</remarks>
public interface ILock : ISynchronizer
{
    /// <summary>Whether somebody holds it. A snapshot.</summary>
    bool IsHeld { get; }

    /// <summary>Whether the calling agent holds it.</summary>
    bool IsHeldByCaller { get; }

    /// <summary>Acquires the lock; blocks until it has it.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <returns>The right to release.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled first; nothing was acquired.</exception>
    /// <exception cref="DeadlockException">The wait would never have ended; nothing was acquired.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed, or its scope is.</exception>
    Hold Acquire(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Acquires the lock if that is possible at once. Does not block.</summary>
    /// <param name="hold">The right to release; the default value when false.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <returns>Whether it was acquired.</returns>
    /// <exception cref="ObjectDisposedException">It is disposed, or its scope is.</exception>
    bool TryAcquire(out Hold hold, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Acquires the lock; blocks for at most <paramref name="timeout"/>.</summary>
    /// <param name="timeout">0 or more, or infinite.</param>
    /// <param name="hold">The right to release; the default value when false.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <returns>Whether it was acquired in time.</returns>
    /// <inheritdoc cref="Acquire(CancellationToken, string, int)" path="/exception"/>
    bool TryAcquire(TimeSpan timeout, out Hold hold, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Acquires the lock without blocking a thread.</summary>
    /// <inheritdoc cref="Acquire(CancellationToken, string, int)"/>
    ValueTask<Hold> AcquireAsync(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Acquires the lock without blocking a thread, within <paramref name="timeout"/>.</summary>
    /// <param name="timeout">0 or more, or infinite.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <returns>The right to release; null when the time was over first.</returns>
    /// <inheritdoc cref="Acquire(CancellationToken, string, int)" path="/exception"/>
    ValueTask<Hold?> TryAcquireAsync(TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);
}

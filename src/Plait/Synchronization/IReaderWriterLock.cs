using System.Runtime.CompilerServices;

namespace Plait.Synchronization;

/// <summary>
/// A reader-writer lock: any number of readers, or one writer. Not reentrant: a reader that reads again while a writer waits
/// waits behind that writer. Grants follow the order of arrival, readers that follow each other together.
/// </summary>
public interface IReaderWriterLock : ISynchronizer
{
    /// <summary>Readers inside now. A snapshot.</summary>
    int ReaderCount { get; }

    /// <summary>Whether a writer is inside. A snapshot.</summary>
    bool IsWriteHeld { get; }

    /// <summary>Acquires the lock for reading, together with other readers; blocks until it has it.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <returns>The right to release.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled first; nothing was acquired.</exception>
    /// <exception cref="DeadlockException">The wait would never have ended; nothing was acquired.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed, or its scope is.</exception>
    Hold AcquireRead(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Acquires the lock for reading, together with other readers if that is possible at once. Does not block.</summary>
    /// <param name="hold">The right to release; the default value when false.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <returns>Whether it was acquired.</returns>
    /// <exception cref="ObjectDisposedException">It is disposed, or its scope is.</exception>
    bool TryAcquireRead(out Hold hold, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Acquires the lock for reading, together with other readers; blocks for at most <paramref name="timeout"/>.</summary>
    /// <param name="timeout">0 or more, or infinite.</param>
    /// <param name="hold">The right to release; the default value when false.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <returns>Whether it was acquired in time.</returns>
    /// <inheritdoc cref="AcquireRead(CancellationToken, string, int)" path="/exception"/>
    bool TryAcquireRead(TimeSpan timeout, out Hold hold, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Acquires the lock for reading, together with other readers without blocking a thread.</summary>
    /// <inheritdoc cref="AcquireRead(CancellationToken, string, int)"/>
    ValueTask<Hold> AcquireReadAsync(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Acquires the lock for reading, together with other readers without blocking a thread, within <paramref name="timeout"/>.</summary>
    /// <param name="timeout">0 or more, or infinite.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <returns>The right to release; null when the time was over first.</returns>
    /// <inheritdoc cref="AcquireRead(CancellationToken, string, int)" path="/exception"/>
    ValueTask<Hold?> TryAcquireReadAsync(TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Acquires the lock for writing, alone; blocks until it has it.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <returns>The right to release.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled first; nothing was acquired.</exception>
    /// <exception cref="DeadlockException">The wait would never have ended; nothing was acquired.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed, or its scope is.</exception>
    Hold AcquireWrite(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Acquires the lock for writing, alone if that is possible at once. Does not block.</summary>
    /// <param name="hold">The right to release; the default value when false.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <returns>Whether it was acquired.</returns>
    /// <exception cref="ObjectDisposedException">It is disposed, or its scope is.</exception>
    bool TryAcquireWrite(out Hold hold, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Acquires the lock for writing, alone; blocks for at most <paramref name="timeout"/>.</summary>
    /// <param name="timeout">0 or more, or infinite.</param>
    /// <param name="hold">The right to release; the default value when false.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <returns>Whether it was acquired in time.</returns>
    /// <inheritdoc cref="AcquireWrite(CancellationToken, string, int)" path="/exception"/>
    bool TryAcquireWrite(TimeSpan timeout, out Hold hold, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Acquires the lock for writing, alone without blocking a thread.</summary>
    /// <inheritdoc cref="AcquireWrite(CancellationToken, string, int)"/>
    ValueTask<Hold> AcquireWriteAsync(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Acquires the lock for writing, alone without blocking a thread, within <paramref name="timeout"/>.</summary>
    /// <param name="timeout">0 or more, or infinite.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <returns>The right to release; null when the time was over first.</returns>
    /// <inheritdoc cref="AcquireWrite(CancellationToken, string, int)" path="/exception"/>
    ValueTask<Hold?> TryAcquireWriteAsync(TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);
}

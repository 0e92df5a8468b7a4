using System.Runtime.CompilerServices;

namespace Plait.Synchronization;

/// <summary>An event: waits go on once it is set. A set that is followed at once by a reset still lets those through who waited.</summary>
public interface IEvent : ISynchronizer
{
    /// <summary>Whether it is set. A snapshot.</summary>
    bool IsSet { get; }

    /// <summary>What becomes of it after a set.</summary>
    EventMode Mode { get; }

    /// <summary>Sets it. Does not block.</summary>
    /// <exception cref="ObjectDisposedException">It is disposed, or its scope is.</exception>
    void Set();

    /// <summary>Resets it: later waits block. Does not block.</summary>
    /// <exception cref="ObjectDisposedException">It is disposed, or its scope is.</exception>
    void Reset();

    /// <summary>Blocks until it is set.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed, or its scope is.</exception>
    void Wait(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Blocks until it is set, for at most <paramref name="timeout"/>.</summary>
    /// <param name="timeout">0 or more, or infinite.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <returns>False when the time was over first.</returns>
    /// <inheritdoc cref="Wait(CancellationToken, string, int)" path="/exception"/>
    bool Wait(TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Waits until it is set, without blocking a thread.</summary>
    /// <inheritdoc cref="Wait(CancellationToken, string, int)"/>
    ValueTask WaitAsync(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Waits until it is set, for at most <paramref name="timeout"/>, without blocking a thread.</summary>
    /// <inheritdoc cref="Wait(TimeSpan, CancellationToken, string, int)"/>
    ValueTask<bool> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);
}

using System.Runtime.CompilerServices;

namespace Plait.Synchronization;

/// <summary>
/// A condition: agents that hold its lock wait, without it, until another holder notifies them. A waiter that dies takes no
/// notification with it.
/// </summary>
/// <remarks>
/// A wait releases the lock whole, all recursion included, and has it back, as it was, when it returns or throws; the hold stays
/// the same. Getting it back is not subject to the timeout or the token. Notified waiters go on in the order in which they began to wait.
/// </remarks>
public interface ICondition : ISynchronizer
{
    /// <summary>The lock that its users hold.</summary>
    ILock Lock { get; }

    /// <summary>Acquires the condition's lock: the same as <c>Lock.Acquire</c>.</summary>
    /// <inheritdoc cref="ILock.Acquire"/>
    Hold Acquire(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Acquires the condition's lock without blocking a thread: the same as <c>Lock.AcquireAsync</c>.</summary>
    /// <inheritdoc cref="ILock.Acquire"/>
    ValueTask<Hold> AcquireAsync(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Releases the lock, blocks until notified, and takes the lock again.</summary>
    /// <param name="hold">A hold of the condition's lock.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <exception cref="SynchronizationException"><paramref name="hold"/> is not a hold of <see cref="Lock"/>, or it was released.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before a notification; the lock is held.</exception>
    void Wait(Hold hold, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Releases the lock, blocks until notified or until the time is over, and takes the lock again.</summary>
    /// <param name="hold">A hold of the condition's lock.</param>
    /// <param name="timeout">0 or more, or infinite.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <returns>Whether it was notified.</returns>
    /// <inheritdoc cref="Wait(Hold, CancellationToken, string, int)" path="/exception"/>
    bool Wait(Hold hold, TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Waits until <paramref name="predicate"/> is true; it is asked with the lock held, at first and after every notification.</summary>
    /// <param name="hold">A hold of the condition's lock.</param>
    /// <param name="predicate">What must become true.</param>
    /// <param name="timeout">0 or more; null or infinite for no limit.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <returns>What the predicate said last.</returns>
    /// <inheritdoc cref="Wait(Hold, CancellationToken, string, int)" path="/exception"/>
    bool WaitFor(Hold hold, Func<bool> predicate, TimeSpan? timeout = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Releases the lock, waits until notified, and takes the lock again, without blocking a thread.</summary>
    /// <inheritdoc cref="Wait(Hold, CancellationToken, string, int)"/>
    ValueTask WaitAsync(Hold hold, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Releases the lock, waits until notified or until the time is over, and takes the lock again, without blocking a thread.</summary>
    /// <inheritdoc cref="Wait(Hold, TimeSpan, CancellationToken, string, int)"/>
    ValueTask<bool> WaitAsync(Hold hold, TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Waits until <paramref name="predicate"/> is true, without blocking a thread.</summary>
    /// <inheritdoc cref="WaitFor"/>
    ValueTask<bool> WaitForAsync(Hold hold, Func<bool> predicate, TimeSpan? timeout = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Lets up to <paramref name="count"/> waiters go on. Does not block.</summary>
    /// <param name="hold">A hold of the condition's lock.</param>
    /// <param name="count">How many, 1 or more.</param>
    /// <returns>How many were notified.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is 0 or less.</exception>
    /// <exception cref="SynchronizationException"><paramref name="hold"/> is not a hold of <see cref="Lock"/>, or it was released.</exception>
    int Notify(Hold hold, int count = 1);

    /// <summary>Lets all waiters go on. Does not block.</summary>
    /// <param name="hold">A hold of the condition's lock.</param>
    /// <returns>How many were notified.</returns>
    /// <exception cref="SynchronizationException"><paramref name="hold"/> is not a hold of <see cref="Lock"/>, or it was released.</exception>
    int NotifyAll(Hold hold);
}

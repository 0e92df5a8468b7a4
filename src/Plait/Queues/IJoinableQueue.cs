using System.Runtime.CompilerServices;

namespace Plait.Queues;

/// <summary>
/// A queue that knows when the work is done: each item counts from its put until <see cref="TaskDone"/>. The items that a process had got and had
/// not said to be done when it died are counted as done by its death (<see cref="QueueStatistics.Abandoned"/>), so nobody waits for them.
/// </summary>
/// <typeparam name="T">What is put and got.</typeparam>
public interface IJoinableQueue<T> : IQueue<T>
{
    /// <summary>Items that were put and are not done. A snapshot.</summary>
    int UnfinishedTasks { get; }

    /// <summary>One of the items that were got is done.</summary>
    /// <exception cref="InvalidOperationException">Called more often than items were put.</exception>
    void TaskDone();

    /// <summary>Blocks until every item that was put is done.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler: where it waits, for reports.</param>
    /// <param name="line">Filled in by the compiler: where it waits, for reports.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    void Join(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Blocks until every item that was put is done, but no longer than the timeout.</summary>
    /// <param name="timeout">0 or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>False when the time was over first.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is negative and not infinite.</exception>
    /// <inheritdoc cref="Join(CancellationToken, string, int)"/>
    bool Join(TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Completes when every item that was put is done.</summary>
    /// <inheritdoc cref="Join(CancellationToken, string, int)"/>
    ValueTask JoinAsync(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);
}

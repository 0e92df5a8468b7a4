namespace Plait.Execution;

/// <summary>
/// Runs functions: on threads, in processes, in coroutines or on other machines, depending on which executor it is. What
/// users call are the overloads of Submit, Stream and Map in <see cref="ExecutorSubmitExtensions"/> and its neighbours;
/// this is what they come down to. Safe for all threads.
/// </summary>
public interface IExecutor : IAsyncDisposable, IDisposable
{
    /// <summary>What the executor is called in messages.</summary>
    string Name { get; }

    /// <summary>The most functions it runs at the same time.</summary>
    int WorkerCount { get; }

    /// <summary>Hands a function over to be run.</summary>
    /// <param name="work">The function, its arguments and its options.</param>
    /// <returns>Its end.</returns>
    /// <exception cref="ExecutorFullException">The executor is full and was made to refuse then.</exception>
    /// <exception cref="ExecutorClosedException">The executor was shut down.</exception>
    /// <exception cref="ExecutorBrokenException">Its workers cannot be started, or end at once.</exception>
    Future Submit(WorkRequest work);

    /// <summary>Hands a function with a value over to be run.</summary>
    /// <typeparam name="TResult">What the function returns, after awaiting.</typeparam>
    /// <param name="work">The function, its arguments and its options.</param>
    /// <returns>Its end.</returns>
    /// <exception cref="ExecutorFullException">The executor is full and was made to refuse then.</exception>
    /// <exception cref="ExecutorClosedException">The executor was shut down.</exception>
    /// <exception cref="ExecutorBrokenException">Its workers cannot be started, or end at once.</exception>
    Future<TResult> Submit<TResult>(WorkRequest work);

    /// <summary>Runs a function that yields values one by one; they arrive as they are yielded, and the function waits when nobody takes them. It begins with the enumeration; ending that early stops the function.</summary>
    /// <typeparam name="T">What the function yields.</typeparam>
    /// <param name="work">A function that returns <see cref="IAsyncEnumerable{T}"/> or <see cref="IEnumerable{T}"/>.</param>
    /// <returns>The values, in order. To be enumerated once.</returns>
    IAsyncEnumerable<T> Stream<T>(WorkRequest work);

    /// <summary>Waits until a submission would neither block nor be refused.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that completes when there is room. Another submitter may take it first.</returns>
    ValueTask WaitForRoomAsync(CancellationToken cancellationToken = default);

    /// <summary>Takes no more work, deals with what there is as <paramref name="mode"/> says, and ends the workers. Blocks until it is over.</summary>
    /// <param name="mode">What becomes of pending and running functions.</param>
    /// <param name="timeout">After it, whatever is left is killed and ends as cancelled. <see cref="Timeout.InfiniteTimeSpan"/>: never.</param>
    /// <returns>False when something had to be killed at the end of <paramref name="timeout"/>.</returns>
    bool Shutdown(ShutdownMode mode, TimeSpan timeout);

    /// <summary>As <see cref="Shutdown"/>, without blocking a thread.</summary>
    /// <param name="mode">What becomes of pending and running functions.</param>
    /// <param name="timeout">After it, whatever is left is killed and ends as cancelled.</param>
    /// <returns>False when something had to be killed.</returns>
    Task<bool> ShutdownAsync(ShutdownMode mode, TimeSpan timeout);

    /// <summary>Numbers of this moment.</summary>
    /// <returns>A copy.</returns>
    ExecutorStatistics GetStatistics();
}

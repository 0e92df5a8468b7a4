using System.Runtime.CompilerServices;
using Plait.Synchronization;

namespace Plait.Queues;

/// <summary>
/// A queue between units: threads and async flows of one process, or processes of one machine. Any number of units put and get at the same
/// time. Made by the <c>Create…Queue</c> methods of a scope (<see cref="ScopeQueues"/>).
/// </summary>
/// <remarks>
/// <para>
/// An item that was put is in the queue when the call returns: there is no thread in between that would still have to write it, so the next
/// <see cref="TryGet(out T)"/> of the same unit succeeds unless others were quicker, and the end of the process that put it takes nothing back.
/// </para>
/// <para>
/// In a process scope an item that is bytes (an unmanaged type) is copied as it is; any other is encoded inside the call that puts it, so what cannot travel is an
/// error there (<see cref="Codecs.CannotTravelException"/>). A process that is killed at whatever instruction costs the items that it had in its hands at that moment: the one
/// that it was about to put, or the ones that it had got. Nobody waits for it.
/// </para>
/// <para>
/// Waiting calls block the thread; the async ones block none. All accept a token; a cancelled call has neither put nor got anything. Who waits
/// is in the graph of waits; anybody might put or get, so a wait at a queue is never proven to be a deadlock. Waits are not ended in the order in which they began: whoever looks first takes.
/// </para>
/// </remarks>
/// <typeparam name="T">What is put and got.</typeparam>
public interface IQueue<T> : IDisposable
{
    /// <summary>Its name; for one without a name, its kind and number, which reports use.</summary>
    string Name { get; }

    /// <summary>The scope that it belongs to.</summary>
    IScope Scope { get; }

    /// <summary>Items that it takes at most; null when it grows (<see cref="Queues.Capacity.Unbounded"/>).</summary>
    int? Capacity { get; }

    /// <summary>Items that are in it. A snapshot: others may have changed it when you read it.</summary>
    int Count { get; }

    /// <summary>Whether there is nothing in it. A snapshot.</summary>
    bool IsEmpty { get; }

    /// <summary>Whether it takes nothing more for now. A snapshot.</summary>
    bool IsFull { get; }

    /// <summary>Whether <see cref="Shutdown"/> was called, by whomever.</summary>
    bool IsShutdown { get; }

    /// <summary>Puts an item, and blocks while the queue is full.</summary>
    /// <param name="item">The item.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler: where it waits, for reports.</param>
    /// <param name="line">Filled in by the compiler: where it waits, for reports.</param>
    /// <exception cref="QueueShutdownException">The queue is shut down.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="Codecs.CannotTravelException">The item cannot go to another process; the message says which part of it.</exception>
    /// <exception cref="ScopeCapacityException">The scope's memory has no room for the item.</exception>
    void Put(T item, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Puts an item if there is room now.</summary>
    /// <param name="item">The item.</param>
    /// <returns>False when the queue is full.</returns>
    /// <inheritdoc cref="Put"/>
    bool TryPut(T item);

    /// <summary>Puts an item, and blocks while the queue is full, but no longer than the timeout.</summary>
    /// <param name="item">The item.</param>
    /// <param name="timeout">0 or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>False when the time was over first.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is negative and not infinite.</exception>
    /// <inheritdoc cref="Put"/>
    bool TryPut(T item, TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Puts an item; completes when it is in the queue.</summary>
    /// <inheritdoc cref="Put"/>
    ValueTask PutAsync(T item, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Puts an item if there is room within the timeout; completes with false when there was none.</summary>
    /// <inheritdoc cref="TryPut(T, TimeSpan, CancellationToken, string, int)"/>
    ValueTask<bool> TryPutAsync(T item, TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Puts all items, in their order, and blocks while the queue is full. Other units' items may come in between.</summary>
    /// <param name="items">The items.</param>
    /// <param name="cancellationToken">Ends the wait: the items before that are in the queue.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <inheritdoc cref="Put"/>
    void PutMany(ReadOnlySpan<T> items, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Puts as many of the items as there is room for now, from the first on.</summary>
    /// <param name="items">The items.</param>
    /// <returns>How many.</returns>
    /// <inheritdoc cref="Put"/>
    int TryPutMany(ReadOnlySpan<T> items);

    /// <summary>Puts all items; completes when the last is in the queue.</summary>
    /// <inheritdoc cref="PutMany"/>
    ValueTask PutManyAsync(ReadOnlyMemory<T> items, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Takes the next item, and blocks while there is none.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="QueueShutdownException">The queue is shut down, and empty.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="InvalidDataException">The bytes of the item are damaged, or were put by another build of its type.</exception>
    T Get(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Takes the next item if there is one now.</summary>
    /// <param name="item">The item.</param>
    /// <returns>False when the queue is empty.</returns>
    /// <inheritdoc cref="Get"/>
    bool TryGet(out T item);

    /// <summary>Takes the next item, and blocks while there is none, but no longer than the timeout.</summary>
    /// <param name="timeout">0 or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="item">The item.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>False when the time was over first.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is negative and not infinite.</exception>
    /// <inheritdoc cref="Get"/>
    bool TryGet(TimeSpan timeout, out T item, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Takes the next item; completes when there is one.</summary>
    /// <inheritdoc cref="Get"/>
    ValueTask<T> GetAsync(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Takes the next item if there is one within the timeout.</summary>
    /// <returns>Whether there was one, and the item.</returns>
    /// <inheritdoc cref="TryGet(TimeSpan, out T, CancellationToken, string, int)"/>
    ValueTask<(bool IsTaken, T? Item)> TryGetAsync(TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Takes the next items, at least one, and blocks while there is none.</summary>
    /// <param name="items">Where they go, from the first on; 1 or more.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>How many.</returns>
    /// <exception cref="ArgumentException">There is no place for an item.</exception>
    /// <inheritdoc cref="Get"/>
    int GetMany(Span<T> items, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Takes the items that are there now, as many as fit.</summary>
    /// <param name="items">Where they go, from the first on.</param>
    /// <returns>How many; 0 when the queue is empty.</returns>
    /// <inheritdoc cref="Get"/>
    int TryGetMany(Span<T> items);

    /// <summary>Takes the next items, at least one; completes when there is one.</summary>
    /// <inheritdoc cref="GetMany"/>
    ValueTask<int> GetManyAsync(Memory<T> items, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Shows the next item, which stays in the queue. Others may get it meanwhile.</summary>
    /// <param name="item">The item.</param>
    /// <returns>False when the queue is empty.</returns>
    /// <exception cref="QueueShutdownException">The queue is shut down, and empty.</exception>
    bool TryPeek(out T item);

    /// <summary>Takes item after item until the queue is shut down and empty; blocks no thread while there is none.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    IAsyncEnumerable<T> ReadAllAsync(CancellationToken cancellationToken = default);

    /// <summary>Takes item after item until the queue is shut down and empty; blocks while there is none.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    IEnumerable<T> ReadAll(CancellationToken cancellationToken = default);

    /// <summary>
    /// Ends the queue, for all who use it: nothing is put any more, and who waits for room gets a <see cref="QueueShutdownException"/>. What is in
    /// it can still be got; then, or at once where <paramref name="immediate"/> says so, so do those who get. Any number of times; at once may follow after the other.
    /// </summary>
    /// <param name="immediate">What is in the queue is dropped, and counts as done.</param>
    void Shutdown(bool immediate = false);

    /// <summary>What has happened to it so far, in all processes.</summary>
    QueueStatistics GetStatistics();
}

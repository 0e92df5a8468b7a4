using System.Runtime.CompilerServices;

namespace Plait.Queues;

/// <summary>A queue that gives the item with the smallest priority first, and of several the one that was put first.</summary>
/// <remarks>
/// <see cref="IQueue{T}.Put"/> and its kin use the priority function that the queue was made with or, without one, the item itself
/// where that is a number or a time. With neither they throw an <see cref="InvalidOperationException"/>, and the methods here remain.
/// </remarks>
/// <typeparam name="T">What is put and got.</typeparam>
public interface IPriorityQueue<T> : IJoinableQueue<T>
{
    /// <summary>Puts an item with a priority, and blocks while the queue is full.</summary>
    /// <param name="item">The item.</param>
    /// <param name="priority">The smaller, the sooner it is got.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <inheritdoc cref="IQueue{T}.Put"/>
    void Put(T item, long priority, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Puts an item with a priority if there is room now.</summary>
    /// <param name="item">The item.</param>
    /// <param name="priority">The smaller, the sooner it is got.</param>
    /// <returns>False when the queue is full.</returns>
    /// <inheritdoc cref="IQueue{T}.Put"/>
    bool TryPut(T item, long priority);

    /// <summary>Puts an item with a priority; completes when it is in the queue.</summary>
    /// <inheritdoc cref="Put(T, long, CancellationToken, string, int)"/>
    ValueTask PutAsync(T item, long priority, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);
}

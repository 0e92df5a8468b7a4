using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Plait.Queues;

/// <summary>
/// A queue that delivers at least once: who takes an item holds a lease on it, and an item whose holder dies, or gives it back, comes back before all
/// that was put later. An item is gone, and done, when its lease is completed. Made by <see cref="ScopeQueues.CreateLeaseQueue"/>.
/// </summary>
/// <remarks>
/// <see cref="IQueue{T}.Get"/> and its kin complete the lease at once: then the item is lost with its holder as in any other queue.
/// <see cref="IJoinableQueue{T}.TaskDone"/> is refused: completing a lease says it. An item may come to a second holder when the first one died after it had
/// done the work and before it said so. Items that came back do not count against the capacity.
/// </remarks>
/// <typeparam name="T">What is put and got.</typeparam>
public interface ILeaseQueue<T> : IJoinableQueue<T>
{
    /// <summary>Takes the next item on a lease, and blocks while there is none.</summary>
    /// <inheritdoc cref="IQueue{T}.Get"/>
    QueueLease<T> Lease(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Takes the next item on a lease if there is one now.</summary>
    /// <param name="lease">The lease.</param>
    /// <returns>False when the queue is empty.</returns>
    /// <inheritdoc cref="IQueue{T}.Get"/>
    bool TryLease([NotNullWhen(true)] out QueueLease<T>? lease);

    /// <summary>Takes the next item on a lease, and blocks while there is none, but no longer than the timeout.</summary>
    /// <param name="timeout">0 or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="lease">The lease.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>False when the time was over first.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is negative and not infinite.</exception>
    /// <inheritdoc cref="IQueue{T}.Get"/>
    bool TryLease(TimeSpan timeout, [NotNullWhen(true)] out QueueLease<T>? lease, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Takes the next item on a lease; completes when there is one.</summary>
    /// <inheritdoc cref="Lease"/>
    ValueTask<QueueLease<T>> LeaseAsync(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);
}

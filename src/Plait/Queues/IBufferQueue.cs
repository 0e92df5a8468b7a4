using System.Runtime.CompilerServices;
using Plait.Synchronization;

namespace Plait.Queues;

/// <summary>
/// A queue of buffers of any length, up to what the scope's memory has. An array is copied when it is put and when it is got; a buffer that is filled in the
/// queue's memory (<see cref="Reserve"/>) and looked at there (<see cref="Borrow"/>) is never copied. Made by <see cref="ScopeQueues.CreateBufferQueue"/>.
/// </summary>
/// <typeparam name="T">What a buffer consists of: bytes, numbers, structs without references.</typeparam>
public interface IBufferQueue<T> : IJoinableQueue<T[]>
    where T : unmanaged
{
    /// <summary>Puts a copy of a buffer, and blocks while the queue is full.</summary>
    /// <param name="buffer">The buffer; may be empty.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <inheritdoc cref="IQueue{T}.Put"/>
    void Put(ReadOnlySpan<T> buffer, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Puts a copy of a buffer if there is room now.</summary>
    /// <param name="buffer">The buffer; may be empty.</param>
    /// <returns>False when the queue is full.</returns>
    /// <inheritdoc cref="IQueue{T}.Put"/>
    bool TryPut(ReadOnlySpan<T> buffer);

    /// <summary>Copies the next buffer out if there is one now.</summary>
    /// <param name="destination">Where it goes, from the first element on.</param>
    /// <param name="length">Its length.</param>
    /// <returns>False when the queue is empty.</returns>
    /// <exception cref="ArgumentException">It does not fit; it is still in the queue. The message says how long it is.</exception>
    /// <inheritdoc cref="IQueue{T}.Get"/>
    bool TryGet(Span<T> destination, out int length);

    /// <summary>Sets memory of the queue aside to be filled. Others do not see it before it is committed.</summary>
    /// <param name="length">Elements, 0 or more.</param>
    /// <returns>The memory; what is in it is not defined. Commit or dispose it: until then, or until the end of the process, it takes its room.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    /// <exception cref="ScopeCapacityException">The scope's memory has no room for it.</exception>
    BufferReservation<T> Reserve(int length);

    /// <summary>Takes the next buffer without copying it, and blocks while there is none.</summary>
    /// <returns>The buffer, until it is disposed.</returns>
    /// <inheritdoc cref="IQueue{T}.Get"/>
    BufferLoan<T> Borrow(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Takes the next buffer without copying it if there is one now.</summary>
    /// <param name="loan">The buffer, until it is disposed.</param>
    /// <returns>False when the queue is empty.</returns>
    /// <inheritdoc cref="IQueue{T}.Get"/>
    bool TryBorrow([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out BufferLoan<T>? loan);

    /// <summary>Takes the next buffer without copying it; completes when there is one.</summary>
    /// <inheritdoc cref="Borrow"/>
    ValueTask<BufferLoan<T>> BorrowAsync(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);
}

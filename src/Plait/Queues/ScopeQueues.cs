using Plait.Queues.Engine;
using Plait.Synchronization;

namespace Plait.Queues;

/// <summary>Makes the queues of scopes. In a process scope a queue is handed to a child, or to a task of a process executor, as an argument or a captured value, or put into another queue.</summary>
public static class ScopeQueues
{
    /// <summary>A queue that gives in the order in which was put.</summary>
    /// <typeparam name="T">What is put and got.</typeparam>
    /// <param name="scope">Who shares it.</param>
    /// <param name="capacity">Items that it takes at most, 1 or more, or <see cref="Capacity.Unbounded"/>.</param>
    /// <param name="name">The name by which others find it: the first to use it makes the queue. 1 to 100 bytes of UTF-8. Null for a queue without one.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is 0 or negative, or a setting is out of its range.</exception>
    /// <exception cref="ArgumentException">The name belongs to something else, or to a queue of other items.</exception>
    /// <exception cref="ScopeCapacityException">There is no room in the scope's memory.</exception>
    /// <exception cref="ObjectDisposedException">The scope is disposed.</exception>
    public static IJoinableQueue<T> CreateQueue<T>(this IScope scope, int capacity = Capacity.Unbounded, string? name = null, QueueOptions? options = null) =>
        QueueFactory.Create<T>(scope, Memory.QueueOrder.Fifo, capacity, name, options, priority: null);

    /// <summary>A queue that gives what was put last first.</summary>
    /// <inheritdoc cref="CreateQueue"/>
    public static IJoinableQueue<T> CreateLifoQueue<T>(this IScope scope, int capacity = Capacity.Unbounded, string? name = null, QueueOptions? options = null) =>
        QueueFactory.Create<T>(scope, Memory.QueueOrder.Lifo, capacity, name, options, priority: null);

    /// <summary>A queue that gives the item with the smallest priority first, and of several the one that was put first.</summary>
    /// <param name="scope">Who shares it.</param>
    /// <param name="priority">
    /// Tells an item's priority, in the process that puts it; null for the item itself, if it is an integer, a date or a time. It goes with the queue
    /// to other processes. It is called on the thread that puts, outside of all guards.
    /// </param>
    /// <param name="capacity">Items that it takes at most, 1 to 16,777,216, or <see cref="Capacity.Unbounded"/>.</param>
    /// <param name="name">The name by which others find it. Each who finds it gives a priority function of its own.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <inheritdoc cref="CreateQueue"/>
    public static IPriorityQueue<T> CreatePriorityQueue<T>(this IScope scope, Func<T, long>? priority = null, int capacity = Capacity.Unbounded, string? name = null, QueueOptions? options = null) =>
        (IPriorityQueue<T>)QueueFactory.Create(scope, Memory.QueueOrder.Priority, capacity, name, options, priority ?? NaturalPriority.Of<T>());

    /// <summary>A queue of buffers of any length, which can be filled and looked at in place.</summary>
    /// <typeparam name="T">What a buffer consists of.</typeparam>
    /// <exception cref="Codecs.CannotTravelException">A <typeparamref name="T"/> holds addresses.</exception>
    /// <inheritdoc cref="CreateQueue"/>
    public static IBufferQueue<T> CreateBufferQueue<T>(this IScope scope, int capacity = Capacity.Unbounded, string? name = null, QueueOptions? options = null)
        where T : unmanaged => QueueFactory.CreateBuffers<T>(scope, capacity, name, options);

    /// <summary>A queue that delivers at least once: an item comes back when its holder dies before it has said that it is done.</summary>
    /// <inheritdoc cref="CreateQueue"/>
    public static ILeaseQueue<T> CreateLeaseQueue<T>(this IScope scope, int capacity = Capacity.Unbounded, string? name = null, QueueOptions? options = null) =>
        QueueFactory.CreateLeases<T>(scope, capacity, name, options);
}

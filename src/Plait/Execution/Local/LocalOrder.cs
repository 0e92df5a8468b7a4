using System.Collections.Concurrent;

namespace Plait.Execution.Local;

/// <summary>The tasks that wait in a <see cref="LocalPool"/>, and which of them is next. Safe for all threads.</summary>
internal abstract class LocalOrder
{
    /// <summary>Whether something waits. Behind a full fence it misses nothing that was added before.</summary>
    public abstract bool HasWork { get; }

    /// <summary>How many wait, those that were ended meanwhile included.</summary>
    public abstract int Count { get; }

    /// <summary>Adds a task, with a full fence behind it.</summary>
    /// <param name="task">The task.</param>
    /// <param name="by">The worker of the pool that this thread is; null for any other.</param>
    public abstract void Add(ILocalTask task, LocalWorker? by);

    /// <summary>Takes what is next for a worker; for nobody, anything.</summary>
    /// <param name="worker">Who is to run it.</param>
    /// <param name="parked">Who has begun it and is to go on with it, where that is so: then no task is returned.</param>
    public abstract ILocalTask? Take(LocalWorker? worker, out LocalWorker? parked);

    /// <summary>Whether the task that a worker runs should let another have its place. Quick, and by its own thread.</summary>
    public virtual bool IsTurnOver(LocalWorker worker) => false;

    /// <summary>Puts the running task back, and parks its thread in the pool; false when it may go on.</summary>
    public virtual bool TryPark(LocalWorker worker) => false;

    /// <summary>A parked thread goes on by itself; false when somebody lets it go on already.</summary>
    public virtual bool TryUnpark(LocalWorker worker) => false;

    /// <summary>What a worker took is over; it did not run if it had ended before.</summary>
    public virtual void OnRan(LocalWorker worker, bool hasRun)
    {
    }

    /// <summary>A worker takes no more.</summary>
    public virtual void OnGone(LocalWorker worker)
    {
    }
}

/// <summary>
/// The default order: first in, first out, of a queue for all and one for each worker's own submissions. A worker takes its own first, and
/// from the others when there is nothing else; now and then the queue of all comes first, so that nothing there waits for ever.
/// </summary>
internal sealed class StealingOrder(LocalPool pool) : LocalOrder
{
    // As Go and tokio have it: a prime, so that no pattern of tasks falls into step with it.
    private const uint AllFirst = 61;

    private readonly ConcurrentQueue<ILocalTask> _all = new();

    public override bool HasWork
    {
        get
        {
            if (Volatile.Read(ref pool.Search.Handed) is not null || !_all.IsEmpty)
            {
                return true;
            }

            foreach (LocalWorker worker in pool.Workers)
            {
                if (!worker.Own.IsEmpty)
                {
                    return true;
                }
            }

            return false;
        }
    }

    public override int Count
    {
        get
        {
            int count = _all.Count + (Volatile.Read(ref pool.Search.Handed) is null ? 0 : 1);
            foreach (LocalWorker worker in pool.Workers)
            {
                count += worker.Own.Count;
            }

            return count;
        }
    }

    public override void Add(ILocalTask task, LocalWorker? by)
    {
        if (by is null || !by.Own.TryAdd(task))
        {
            // Only while the queue is empty: what is handed over came before what is there. The exchange is the fence.
            if (pool.IsSearched && _all.IsEmpty && Interlocked.CompareExchange(ref pool.Search.Handed, task, null) is null)
            {
                return;
            }

            _all.Enqueue(task);
        }

        // Between the task and the look for who sleeps: pairs with the one in LocalPool.Rest.
        Interlocked.MemoryBarrier();
    }

    public override ILocalTask? Take(LocalWorker? worker, out LocalWorker? parked)
    {
        parked = null;
        if (worker is null)
        {
            return TakeOfAll() ?? Steal(0);
        }

        if (worker.Turns++ % AllFirst == 0 && TakeOfAll() is { } first)
        {
            return first;
        }

        return worker.Own.Take() ?? TakeOfAll() ?? Steal(worker.Turns);
    }

    private ILocalTask? TakeOfAll()
    {
        if (Volatile.Read(ref pool.Search.Handed) is not null && Interlocked.Exchange(ref pool.Search.Handed, null) is { } handed)
        {
            return handed;
        }

        return _all.TryDequeue(out ILocalTask? task) ? task : null;
    }

    private ILocalTask? Steal(uint from)
    {
        LocalWorker[] workers = pool.Workers;
        for (uint i = 0; i < workers.Length; i++)
        {
            if (workers[(from + i) % workers.Length].Own.Take() is { } task)
            {
                return task;
            }
        }

        return null;
    }
}

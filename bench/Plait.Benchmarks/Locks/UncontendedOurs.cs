using Plait.Synchronization;

namespace Plait.Benchmarks.Locks;

/// <summary>What Plait does in the uncontended cases: one operation, again and again, by one thread, written as a user would write it.</summary>
internal static class UncontendedOurs
{
    public static void Lock(ILock gate, int count)
    {
        for (int i = 0; i < count; i++)
        {
            using (gate.Acquire())
            {
            }
        }
    }

    public static void ReentrantLock(IReentrantLock gate, int count)
    {
        for (int i = 0; i < count; i++)
        {
            using (gate.Acquire())
            {
            }
        }
    }

    /// <summary>Acquires and releases again what the thread holds already.</summary>
    public static void ReentrantLockAgain(IReentrantLock gate, int count)
    {
        using Hold outer = gate.Acquire();
        for (int i = 0; i < count; i++)
        {
            using (gate.Acquire())
            {
            }
        }
    }

    public static void SemaphoreHold(ISemaphore semaphore, int count)
    {
        for (int i = 0; i < count; i++)
        {
            using (semaphore.Acquire())
            {
            }
        }
    }

    public static void SemaphoreWait(ISemaphore semaphore, int count)
    {
        for (int i = 0; i < count; i++)
        {
            semaphore.Wait();
            semaphore.Release();
        }
    }

    public static void EventSetReset(IEvent happened, int count)
    {
        for (int i = 0; i < count; i++)
        {
            happened.Set();
            happened.Reset();
        }
    }

    public static void Read(IReaderWriterLock gate, int count)
    {
        for (int i = 0; i < count; i++)
        {
            using (gate.AcquireRead())
            {
            }
        }
    }

    public static void Write(IReaderWriterLock gate, int count)
    {
        for (int i = 0; i < count; i++)
        {
            using (gate.AcquireWrite())
            {
            }
        }
    }

    /// <summary>One signal more, and one signal: the count ends where it began, above 0.</summary>
    public static void CountdownUpDown(ICountdown countdown, int count)
    {
        for (int i = 0; i < count; i++)
        {
            countdown.AddCount();
            countdown.Signal();
        }
    }

    /// <summary>Notifies nobody, with the lock held all the time.</summary>
    public static void Notify(ICondition condition, int count)
    {
        using Hold hold = condition.Acquire();
        for (int i = 0; i < count; i++)
        {
            condition.Notify(hold);
        }
    }
}

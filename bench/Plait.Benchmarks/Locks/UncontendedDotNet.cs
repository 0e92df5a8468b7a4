namespace Plait.Benchmarks.Locks;

/// <summary>What .NET itself has for the uncontended cases.</summary>
internal static class UncontendedDotNet
{
    public static void Lock(Lock gate, int count)
    {
        for (int i = 0; i < count; i++)
        {
            lock (gate)
            {
            }
        }
    }

    public static void Monitor(object gate, int count)
    {
        for (int i = 0; i < count; i++)
        {
            lock (gate)
            {
            }
        }
    }

    public static void MonitorAgain(object gate, int count)
    {
        lock (gate)
        {
            Monitor(gate, count);
        }
    }

    public static void SemaphoreSlim(SemaphoreSlim semaphore, int count)
    {
        for (int i = 0; i < count; i++)
        {
            semaphore.Wait();
            semaphore.Release();
        }
    }

    public static void EventSlim(ManualResetEventSlim happened, int count)
    {
        for (int i = 0; i < count; i++)
        {
            happened.Set();
            happened.Reset();
        }
    }

    public static void Read(ReaderWriterLockSlim gate, int count)
    {
        for (int i = 0; i < count; i++)
        {
            gate.EnterReadLock();
            gate.ExitReadLock();
        }
    }

    public static void Write(ReaderWriterLockSlim gate, int count)
    {
        for (int i = 0; i < count; i++)
        {
            gate.EnterWriteLock();
            gate.ExitWriteLock();
        }
    }

    public static void CountdownUpDown(CountdownEvent countdown, int count)
    {
        for (int i = 0; i < count; i++)
        {
            countdown.AddCount();
            countdown.Signal();
        }
    }

    public static void Pulse(object gate, int count)
    {
        lock (gate)
        {
            for (int i = 0; i < count; i++)
            {
                System.Threading.Monitor.Pulse(gate);
            }
        }
    }
}

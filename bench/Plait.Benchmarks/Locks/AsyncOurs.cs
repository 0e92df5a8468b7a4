using Plait.Synchronization;

namespace Plait.Benchmarks.Locks;

/// <summary>Asynchronous acquires that nobody is in the way of: ours, and those of SemaphoreSlim. None of them is ever incomplete, so all runs on the caller's thread.</summary>
internal static class AsyncOurs
{
    public static async Task LockAsync(ILock gate, int count)
    {
        for (int i = 0; i < count; i++)
        {
            using (await gate.AcquireAsync())
            {
            }
        }
    }

    public static async Task SemaphoreSlimAsync(SemaphoreSlim semaphore, int count)
    {
        for (int i = 0; i < count; i++)
        {
            await semaphore.WaitAsync();
            semaphore.Release();
        }
    }

    /// <summary>As <see cref="LockAsync"/>, in a method of its own each time: each is a flow that has acquired nothing before.</summary>
    public static async Task LockInNewFlowsAsync(ILock gate, int count)
    {
        for (int i = 0; i < count; i++)
        {
            await LockAsync(gate, 1);
        }
    }

    public static async Task SemaphoreSlimInNewFlowsAsync(SemaphoreSlim semaphore, int count)
    {
        for (int i = 0; i < count; i++)
        {
            await SemaphoreSlimAsync(semaphore, 1);
        }
    }

    /// <summary>The bytes that an acquire and its release leave on the heap, in a flow that has acquired before.</summary>
    public static async Task<double> LockBytesAsync(ILock gate, int count)
    {
        await LockOnceAsync(gate);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < count; i++)
        {
            using (await gate.AcquireAsync())
            {
            }
        }

        return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / count;
    }

    public static async Task<double> SemaphoreSlimBytesAsync(SemaphoreSlim semaphore, int count)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < count; i++)
        {
            await semaphore.WaitAsync();
            semaphore.Release();
        }

        return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / count;
    }

    // Not an async method: the flow that it makes an agent of is the caller's.
    private static ValueTask LockOnceAsync(ILock gate)
    {
        ValueTask<Hold> acquire = gate.AcquireAsync();
        if (!acquire.IsCompletedSuccessfully)
        {
            throw new InvalidOperationException("Somebody else has the lock of the bench.");
        }

        acquire.Result.Dispose();
        return ValueTask.CompletedTask;
    }
}

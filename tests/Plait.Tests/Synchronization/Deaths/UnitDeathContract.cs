using System.Runtime.CompilerServices;
using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Synchronization.Deaths;

/// <summary>What becomes of what a thread holds that ends, and of what an async flow holds whose hold nobody refers to any more.</summary>
public abstract class UnitDeathContract : SynchronizationTest
{
    private protected UnitDeathContract(Setting setting)
        : base(setting)
    {
    }

    [Fact]
    public void Acquire_OfALockWhoseThreadHasEnded_IsAbandonedOnce()
    {
        ILock gate = Scope.CreateLock();
        int thread = EndInside(() => gate.Acquire());

        Assert.True(gate.TryAcquire(Waits.Hang, out Hold hold));

        Assert.True(hold.IsAbandoned);
        Assert.Equal(Environment.ProcessId, hold.AbandonedBy?.Pid);
        hold.Release();
        using Hold next = gate.Acquire();
        Assert.False(next.IsAbandoned);
        Assert.NotEqual(0, thread);
    }

    [Fact]
    public void Acquire_OfAPermitWhoseThreadHasEnded_IsAbandonedOnce()
    {
        ISemaphore semaphore = Scope.CreateSemaphore(1);
        EndInside(() => semaphore.Acquire());

        Assert.True(semaphore.TryAcquire(Waits.Hang, out Hold hold));

        Assert.True(hold.IsAbandoned);
        hold.Release();
        Assert.Equal(1, semaphore.CurrentCount);
    }

    [Fact]
    public void AcquireWrite_OfALockWhoseReaderHasEnded_IsGranted()
    {
        IReaderWriterLock gate = Scope.CreateReaderWriterLock();
        EndInside(() => gate.AcquireRead());

        Assert.True(gate.TryAcquireWrite(Waits.Hang, out Hold hold));

        hold.Release();
        Assert.Equal(0, gate.ReaderCount);
    }

    [Fact]
    public async Task Acquire_OfALockWhoseFlowIsCollected_IsAbandonedOnce()
    {
        ILock gate = Scope.CreateLock();
        await InFlow(() => ForgetAsync(gate));
        Task<Hold> next = OnThread(() => gate.Acquire());

        while (!next.IsCompleted)
        {
            // What made the hold is seen to be gone by nobody but the collector.
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.WhenAny(next, Task.Run(static () => Thread.Yield()));
        }

        Hold hold = await next.InTime();
        Assert.True(hold.IsAbandoned);
        hold.Release();
        Assert.False(gate.IsHeld);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<bool> ForgetAsync(ILock gate)
    {
        _ = await gate.AcquireAsync();
        return true;
    }

    private static int EndInside(Func<Hold> acquire)
    {
        int id = 0;
        var thread = new Thread(() =>
        {
            _ = acquire();
            id = Environment.CurrentManagedThreadId;
        });
        thread.UnsafeStart();
        thread.Join();
        return id;
    }
}

public sealed class UnitDeathInPrivateMemoryTests() : UnitDeathContract(Setting.Threads);

public sealed class UnitDeathInSharedMemoryTests() : UnitDeathContract(Setting.ThreadsOverSharedMemory);

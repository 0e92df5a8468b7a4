using Plait.Synchronization;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <summary>What <see cref="ISemaphore"/> keeps that is made with a bound, besides what every semaphore keeps.</summary>
public abstract class BoundedSemaphoreContract : SemaphoreContract
{
    private protected BoundedSemaphoreContract(Setting setting)
        : base(setting)
    {
    }

    private protected override ISemaphore CreateSemaphore(int initialCount, string? name = null) => Scope.CreateBoundedSemaphore(initialCount, 100, name);

    [Fact]
    public void Create_WithABoundThatCannotBe_IsRefused()
    {
        Assert.Equal("maximumCount", Assert.Throws<ArgumentOutOfRangeException>(() => Scope.CreateBoundedSemaphore(0, 0)).ParamName);
        Assert.Equal("maximumCount", Assert.Throws<ArgumentOutOfRangeException>(() => Scope.CreateBoundedSemaphore(0, -1)).ParamName);
        Assert.Equal("initialCount", Assert.Throws<ArgumentOutOfRangeException>(() => Scope.CreateBoundedSemaphore(3, 2)).ParamName);
        Assert.Equal("initialCount", Assert.Throws<ArgumentOutOfRangeException>(() => Scope.CreateBoundedSemaphore(-1, 2)).ParamName);
    }

    [Fact]
    public void Release_BeyondTheBound_IsRefusedAndAddsNothing()
    {
        ISemaphore semaphore = Scope.CreateBoundedSemaphore(2, 2);
        Assert.Equal(2, semaphore.MaximumCount);

        SynchronizationException error = Assert.Throws<SynchronizationException>(() => semaphore.Release());
        Assert.Contains("2", error.Message, StringComparison.Ordinal);
        semaphore.Wait();
        Assert.Throws<SynchronizationException>(() => semaphore.Release(2));
        Assert.Throws<SynchronizationException>(() => semaphore.Release(int.MaxValue));
        Assert.Equal(1, semaphore.CurrentCount);
        semaphore.Release();
        Assert.Equal(2, semaphore.CurrentCount);
        Assert.Throws<SynchronizationException>(() => semaphore.Release());
    }

    [Fact]
    public void Release_BeyondTheBoundByAUnit_IsRefused()
    {
        ISemaphore semaphore = Scope.CreateBoundedSemaphore(1, 1);

        Assert.Equal(nameof(SynchronizationException), End(Start(static (ISemaphore full) => Record.Exception(() => full.Release())?.GetType().Name ?? "none", semaphore)));
        Assert.Equal(1, semaphore.CurrentCount);
    }
}

public sealed class ThreadScopeBoundedSemaphoreTests() : BoundedSemaphoreContract(Setting.Threads);

public sealed class BoundedSemaphoreBetweenThreadsAndProcessesTests() : BoundedSemaphoreContract(Setting.Mixed);

/// <summary>What <see cref="ISemaphore"/> keeps that is made without a bound.</summary>
public abstract class UnboundedSemaphoreContract : SynchronizationTest
{
    private const int Most = 16_777_215;

    private protected UnboundedSemaphoreContract(Setting setting)
        : base(setting)
    {
    }

    [Fact]
    public void Release_WithoutAnAcquire_AddsAPermit()
    {
        ISemaphore semaphore = Scope.CreateSemaphore(1);
        Assert.Null(semaphore.MaximumCount);

        semaphore.Release();
        Assert.Equal(2, semaphore.CurrentCount);
        using Hold first = semaphore.Acquire();
        using Hold second = semaphore.Acquire();
        Assert.Equal(0, semaphore.CurrentCount);
        semaphore.Release();
        Assert.Equal(1, semaphore.CurrentCount);
    }

    [Fact]
    public void Release_BeyondWhatCanBeCounted_IsRefusedAndAddsNothing()
    {
        ISemaphore semaphore = Scope.CreateSemaphore(0);
        semaphore.Release(Most);
        Assert.Equal(Most, semaphore.CurrentCount);

        Assert.Throws<SynchronizationException>(() => semaphore.Release());
        Assert.Throws<SynchronizationException>(() => semaphore.Release(int.MaxValue));

        Assert.Equal(Most, semaphore.CurrentCount);
        Assert.True(semaphore.Wait(TimeSpan.Zero));
        Assert.Throws<SynchronizationException>(() => semaphore.Release(2));
        Assert.Equal(Most - 1, semaphore.CurrentCount);
    }

    [Fact]
    public void Create_WithMoreThanCanBeCounted_IsRefused()
    {
        Assert.Equal(Most, Scope.CreateSemaphore(Most).CurrentCount);
        Assert.Equal("initialCount", Assert.Throws<ArgumentOutOfRangeException>(() => Scope.CreateSemaphore(Most + 1)).ParamName);
    }
}

public sealed class ThreadScopeUnboundedSemaphoreTests() : UnboundedSemaphoreContract(Setting.Threads);

public sealed class ProcessScopeUnboundedSemaphoreTests() : UnboundedSemaphoreContract(Setting.ThreadsOverSharedMemory);

/// <summary>Waits for permits, which take them for good.</summary>
public abstract class SemaphoreWaitContract : WaitContract
{
    private protected SemaphoreWaitContract(Setting setting)
        : base(setting)
    {
    }

    private protected override Waitable Create(string? name = null) => new WaitableSemaphore(Scope.CreateSemaphore(0, name));
}

public sealed class ThreadScopeSemaphoreWaitTests() : SemaphoreWaitContract(Setting.Threads);

public sealed class ProcessScopeSemaphoreWaitTests() : SemaphoreWaitContract(Setting.ThreadsOverSharedMemory);

using Plait.Synchronization;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <summary>What <see cref="ISemaphore"/> keeps, bounded or not: permits that are borrowed with a hold, and permits that are taken for good.</summary>
public abstract partial class SemaphoreContract : HoldContract
{
    private protected SemaphoreContract(Setting setting)
        : base(setting)
    {
    }

    // Permits that come back are no sign of anything half changed: nobody is told.
    protected sealed override bool ReportsAbandonment => false;

    private protected virtual ISemaphore CreateSemaphore(int initialCount, string? name = null) => Scope.CreateSemaphore(initialCount, name);

    private protected sealed override Acquirable Create(string? name = null) => new AcquirablePermit(CreateSemaphore(1, name));

    [Fact]
    public void Create_WithANegativeCount_IsRefused()
    {
        foreach (int count in new[] { -1, int.MinValue })
        {
            ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => CreateSemaphore(count));
            Assert.Equal(("initialCount", count), (error.ParamName, error.ActualValue));
        }
    }

    [Fact]
    public void CurrentCount_AfterEachUse_IsWhatIsLeft()
    {
        ISemaphore semaphore = CreateSemaphore(2);
        Assert.Equal(2, semaphore.CurrentCount);

        Hold borrowed = semaphore.Acquire();
        Assert.Equal(1, semaphore.CurrentCount);
        semaphore.Wait();
        Assert.Equal(0, semaphore.CurrentCount);
        Assert.False(semaphore.TryAcquire(out _));
        Assert.False(semaphore.Wait(TimeSpan.Zero));
        Assert.Equal(0, semaphore.CurrentCount);
        borrowed.Release();
        Assert.Equal(1, semaphore.CurrentCount);
        semaphore.Release();
        Assert.Equal(2, semaphore.CurrentCount);
        using (semaphore.Acquire())
        {
            using (semaphore.Acquire())
            {
                Assert.Equal(0, semaphore.CurrentCount);
            }
        }

        Assert.Equal(2, semaphore.CurrentCount);
    }

    [Fact]
    public void Release_OfAHoldTwice_GivesOnePermitBack()
    {
        ISemaphore semaphore = CreateSemaphore(2);
        Hold hold = semaphore.Acquire();
        using Hold other = semaphore.Acquire();
        hold.Release();

        Assert.Throws<SynchronizationException>(hold.Release);
        hold.Dispose();

        Assert.Equal(1, semaphore.CurrentCount);
    }

    [Fact]
    public void Release_OfNoneOrLess_IsRefused()
    {
        ISemaphore semaphore = CreateSemaphore(1);

        foreach (int count in new[] { 0, -1, int.MinValue })
        {
            Assert.Equal("count", Assert.Throws<ArgumentOutOfRangeException>(() => semaphore.Release(count)).ParamName);
        }

        Assert.Equal(1, semaphore.CurrentCount);
    }

    [Fact]
    public void Release_AfterDispose_IsRefused()
    {
        ISemaphore semaphore = CreateSemaphore(1);
        semaphore.Dispose();

        Assert.Throws<ObjectDisposedException>(() => semaphore.Release());
    }
}

public sealed class ThreadScopeSemaphoreTests() : SemaphoreContract(Setting.Threads);

public sealed class SemaphoreBetweenProcessesTests() : SemaphoreContract(Setting.Processes);

public sealed class SemaphoreBetweenThreadsAndProcessesTests() : SemaphoreContract(Setting.Mixed);

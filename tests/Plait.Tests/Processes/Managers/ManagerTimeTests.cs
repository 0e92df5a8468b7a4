using Plait.Processes;
using Plait.Synchronization;
using Xunit;

namespace Plait.Tests.Processes.Managers;

/// <summary>Timeouts, cancellation, and calls that meet.</summary>
public sealed class ManagerTimeTests : ProcessTest
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(50);

    [Fact]
    public void WithTimeout_OfACallThatTakesLonger_ThrowsAndTheOthersGoOn()
    {
        using var scope = ProcessScope.Create();
        IEvent begun = scope.CreateEvent();
        IEvent goOn = scope.CreateEvent();
        using var manager = Manager.Start();
        IClerk clerk = manager.Create<IClerk>(static () => new Clerk(), ManagedConcurrency.Concurrent);
        IClerk hasty = Manager.WithTimeout(clerk, s_short);

        var error = Assert.Throws<TimeoutException>(() => hasty.Work(begun, goOn));

        Assert.Contains("IClerk.Work", error.Message);
        Assert.Contains(manager.ToString(), error.Message);
        Assert.Equal("clerk", clerk.Name());
        Assert.Equal(1, clerk.Running);
        goOn.Set();
    }

    [Fact]
    public async Task WithTimeout_OfATaskThatTakesLonger_Throws()
    {
        using var scope = ProcessScope.Create();
        IEvent begun = scope.CreateEvent();
        IEvent goOn = scope.CreateEvent();
        using var manager = Manager.Start();
        IClerk clerk = manager.Create<IClerk>(static () => new Clerk(), ManagedConcurrency.Concurrent);
        IClerk hasty = Manager.WithTimeout(clerk, s_short);

        await Assert.ThrowsAsync<TimeoutException>(() => hasty.WorkAsync(begun, goOn));

        goOn.Set();
        Assert.Equal("clerk", clerk.Name());
    }

    [Fact]
    public void WithTimeout_OfACallWithAToken_CancelsIt()
    {
        using var scope = ProcessScope.Create();
        IEvent begun = scope.CreateEvent();
        IEvent cancelled = scope.CreateEvent();
        using var manager = Manager.Start();
        using var never = new CancellationTokenSource();
        IClerk clerk = manager.Create<IClerk>(() => new Clerk(null, cancelled));

        Assert.Throws<TimeoutException>(() => Manager.WithTimeout(clerk, s_short).WorkUntilCancelled(begun, never.Token));

        cancelled.Wait();
        Assert.Equal("clerk", clerk.Name());
    }

    [Fact]
    public void CallTimeout_OfTheManager_HoldsForEveryProxyAndCanBeLifted()
    {
        using var scope = ProcessScope.Create();
        IEvent begun = scope.CreateEvent();
        IEvent goOn = scope.CreateEvent();
        using var manager = Manager.Start(new ManagerOptions { CallTimeout = TimeSpan.FromSeconds(2), Concurrency = ManagedConcurrency.Concurrent });
        IClerk clerk = manager.Create<IClerk>(static () => new Clerk());

        Assert.Throws<TimeoutException>(() => clerk.Work(begun, goOn));
        goOn.Set();
        Manager.WithTimeout(clerk, Timeout.InfiniteTimeSpan).Work(begun, goOn);
    }

    [Fact]
    public void WithTimeout_OfWhatIsNoProxyOrNoTime_IsRefused()
    {
        using var manager = Manager.Start();
        ICounter counter = manager.Create<ICounter>(static () => new Counter(0));

        Assert.Throws<ArgumentException>(() => Manager.WithTimeout<ICounter>(new Counter(0), s_short));
        Assert.Throws<ArgumentOutOfRangeException>(() => Manager.WithTimeout(counter, TimeSpan.Zero));
        Assert.Throws<ArgumentException>(static () => Manager.Release(new Counter(0)));
    }

    [Fact]
    public async Task Cancel_OfABlockingCall_ReachesTheServersToken()
    {
        using var scope = ProcessScope.Create();
        IEvent begun = scope.CreateEvent();
        using var manager = Manager.Start();
        IClerk clerk = manager.Create<IClerk>(static () => new Clerk());
        using var source = new CancellationTokenSource();

        Task call = Task.Run(() => clerk.WorkUntilCancelled(begun, source.Token), TestContext.Current.CancellationToken);
        await begun.WaitAsync(TestContext.Current.CancellationToken);
        await source.CancelAsync();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(source.Token, error.CancellationToken);
    }

    [Fact]
    public async Task Cancel_OfATask_ReachesTheServersToken()
    {
        using var scope = ProcessScope.Create();
        IEvent begun = scope.CreateEvent();
        using var manager = Manager.Start();
        IClerk clerk = manager.Create<IClerk>(static () => new Clerk());
        using var source = new CancellationTokenSource();

        Task call = clerk.WorkUntilCancelledAsync(begun, source.Token);
        await begun.WaitAsync(TestContext.Current.CancellationToken);
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.True(call.IsCanceled);
    }

    [Fact]
    public void Call_WithATokenThatIsCancelledAlready_IsToldSo()
    {
        using var scope = ProcessScope.Create();
        IEvent begun = scope.CreateEvent();
        using var manager = Manager.Start();
        IClerk clerk = manager.Create<IClerk>(static () => new Clerk());

        Assert.ThrowsAny<OperationCanceledException>(() => clerk.WorkUntilCancelled(begun, new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Calls_ToASerialObject_RunOneAtATimeOverAwaitsToo()
    {
        using var scope = ProcessScope.Create();
        IEvent[] begun = [scope.CreateEvent(), scope.CreateEvent(), scope.CreateEvent()];
        IEvent goOn = scope.CreateEvent();
        using var manager = Manager.Start();
        IClerk clerk = manager.Create<IClerk>(static () => new Clerk());

        Task first = clerk.WorkAsync(begun[0], goOn);
        await begun[0].WaitAsync(TestContext.Current.CancellationToken);
        Task second = clerk.WorkAsync(begun[1], goOn);
        Task third = Task.Run(() => clerk.Work(begun[2], goOn), TestContext.Current.CancellationToken);
        Assert.False(begun[1].IsSet || begun[2].IsSet);
        goOn.Set();
        await Task.WhenAll(first, second, third);

        Assert.Equal(1, clerk.MostRunning);
        Assert.True(begun[1].IsSet && begun[2].IsSet);
    }

    [Fact]
    public async Task Calls_ToAConcurrentObject_Meet()
    {
        using var scope = ProcessScope.Create();
        IEvent[] begun = [scope.CreateEvent(), scope.CreateEvent()];
        IEvent goOn = scope.CreateEvent();
        using var manager = Manager.Start();
        IClerk clerk = manager.Create<IClerk>(static () => new Clerk(), ManagedConcurrency.Concurrent);

        Task first = clerk.WorkAsync(begun[0], goOn);
        Task second = Task.Run(() => clerk.Work(begun[1], goOn), TestContext.Current.CancellationToken);
        await begun[0].WaitAsync(TestContext.Current.CancellationToken);
        await begun[1].WaitAsync(TestContext.Current.CancellationToken);
        goOn.Set();
        await Task.WhenAll(first, second);

        Assert.Equal(2, clerk.MostRunning);
    }

    [Fact]
    public async Task Calls_ToTwoSerialObjects_RunSideBySide()
    {
        using var scope = ProcessScope.Create();
        IEvent begun = scope.CreateEvent();
        IEvent goOn = scope.CreateEvent();
        using var manager = Manager.Start();
        IClerk clerk = manager.Create<IClerk>(static () => new Clerk());
        IClerk other = manager.Create<IClerk>(static () => new Clerk());

        Task call = Task.Run(() => clerk.Work(begun, goOn), TestContext.Current.CancellationToken);
        await begun.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal("clerk", other.Name());
        goOn.Set();
        await call;
    }

    [Fact]
    public async Task AddAsync_FromOneClient_KeepsItsOrder()
    {
        using var manager = Manager.Start();
        IManagedList<int> list = manager.CreateList<int>();
        IOrdered ordered = manager.Create<IOrdered>(() => new Ordered(list));

        await Task.WhenAll(Enumerable.Range(0, 300).Select(ordered.AppendAsync));

        Assert.Equal(Enumerable.Range(0, 300), list.ToArray());
    }
}

[ManagedContract]
public interface IOrdered
{
    Task AppendAsync(int value);
}

public sealed class Ordered(IList<int> list) : IOrdered
{
    public async Task AppendAsync(int value)
    {
        await Task.Yield();
        list.Add(value);
    }
}

using Plait.Processes;
using Plait.Synchronization;
using Xunit;

namespace Plait.Tests.Processes.Managers;

/// <summary>The server ends under its clients.</summary>
public sealed class ManagerDeathTests : ProcessTest
{
    [Fact]
    public async Task Kill_OfTheServerInTheMiddleOfCalls_EndsThemAllWithTheReason()
    {
        using var scope = ProcessScope.Create();
        IEvent begun = scope.CreateEvent();
        IEvent alsoBegun = scope.CreateEvent();
        IEvent never = scope.CreateEvent();
        using var manager = Manager.Start(new ManagerOptions { Name = "doomed", Concurrency = ManagedConcurrency.Concurrent });
        IClerk clerk = manager.Create<IClerk>(static () => new Clerk());

        Task blocking = Task.Run(() => clerk.Work(begun, never), TestContext.Current.CancellationToken);
        Task waiting = clerk.WorkAsync(alsoBegun, never);
        await begun.WaitAsync(TestContext.Current.CancellationToken);
        await alsoBegun.WaitAsync(TestContext.Current.CancellationToken);
        ChildProcess.ActiveChildren().Single(child => child.Pid == manager.Pid).Kill();

        foreach (Task call in (Task[])[blocking, waiting])
        {
            var error = await Assert.ThrowsAsync<ManagerDiedException>(() => call);
            Assert.Equal(("doomed", manager.Pid, false), (error.ManagerName, error.Pid, error.IsOrderly));
            Assert.Equal((ChildOutcomeKind.Signaled, 9), (error.Outcome!.Kind, error.Outcome.Signal));
            Assert.Contains("SIGKILL", error.Message);
        }

        Assert.Throws<ManagerDiedException>(() => clerk.Name());
        Assert.Throws<ManagerDiedException>(() => manager.CreateList<int>());
        Assert.Throws<ManagerDiedException>(() => manager.GetStatistics());
        clerk.Dispose();
        Assert.Equal(9, manager.Outcome!.Signal);
    }

    [Fact]
    public void Exit_OfTheServerByAMethod_IsNamed()
    {
        using var manager = Manager.Start();
        IClerk clerk = manager.Create<IClerk>(static () => new Clerk());

        var error = Assert.Throws<ManagerDiedException>(() => clerk.Exit(3));

        Assert.Equal((ChildOutcomeKind.Exited, 3), (error.Outcome!.Kind, error.Outcome.ExitCode));
    }

    [Fact]
    public async Task Kill_OfTheServer_EndsCallsOfOtherProcesses()
    {
        using var scope = ProcessScope.Create();
        IEvent begun = scope.CreateEvent();
        IEvent never = scope.CreateEvent();
        using var manager = Manager.Start();
        IClerk clerk = manager.Create<IClerk>(static () => new Clerk());

        using var child = ChildProcess.Start(
            static (IClerk clerk, IEvent begun, IEvent never) =>
            {
                string first = Assert.Throws<ManagerDiedException>(() => clerk.Work(begun, never)).Message;
                return (first, Assert.Throws<ManagerDiedException>(clerk.Name).Message);
            },
            clerk,
            begun,
            never);
        await begun.WaitAsync(TestContext.Current.CancellationToken);
        ChildProcess.ActiveChildren().Single(process => process.Pid == manager.Pid).Kill();
        (string first, string second) = await child;

        Assert.Contains($"(pid {manager.Pid})", first);
        Assert.Equal(first, second);
    }

    [Fact]
    public async Task Dispose_OfTheManager_EndsCallsOfOtherProcessesInOrder()
    {
        using var scope = ProcessScope.Create();
        IEvent begun = scope.CreateEvent();
        IEvent goOn = scope.CreateEvent();
        ChildProcess<bool> child;
        using (var manager = Manager.Start())
        {
            IClerk clerk = manager.Create<IClerk>(static () => new Clerk());
            child = ChildProcess.Start(
                static (IClerk clerk, IEvent begun, IEvent goOn) =>
                {
                    _ = clerk.Name();
                    begun.Set();
                    goOn.Wait();
                    return Assert.Throws<ManagerDiedException>(clerk.Name).IsOrderly;
                },
                clerk,
                begun,
                goOn);
            await begun.WaitAsync(TestContext.Current.CancellationToken);
        }

        goOn.Set();
        Assert.True(await child);
        child.Dispose();
    }

    [Fact]
    public async Task Dispose_OfTheManagerInTheMiddleOfACall_EndsTheCall()
    {
        using var scope = ProcessScope.Create();
        IEvent begun = scope.CreateEvent();
        IEvent never = scope.CreateEvent();
        var manager = Manager.Start(new ManagerOptions { Process = { Grace = TimeSpan.FromMilliseconds(200), StandardError = ChildOutput.Null } });
        IClerk clerk = manager.Create<IClerk>(static () => new Clerk());

        Task call = Task.Run(() => clerk.Work(begun, never), TestContext.Current.CancellationToken);
        await begun.WaitAsync(TestContext.Current.CancellationToken);
        await manager.DisposeAsync();

        Exception error = (await Record.ExceptionAsync(() => call))!;
        Assert.True(error is ObjectDisposedException or ManagerDiedException, error.ToString());
        manager.Dispose();
    }

    [Fact]
    public async Task Dispose_OfTheManagerWithACallThatWatchesItsToken_CancelsIt()
    {
        using var scope = ProcessScope.Create();
        IEvent begun = scope.CreateEvent();
        IEvent cancelled = scope.CreateEvent();
        using var source = new CancellationTokenSource();
        Task call;
        using (var manager = Manager.Start())
        {
            IClerk clerk = manager.Create<IClerk>(() => new Clerk(null, cancelled));
            call = clerk.WorkUntilCancelledAsync(begun, source.Token);
            await begun.WaitAsync(TestContext.Current.CancellationToken);
        }

        Assert.True(cancelled.IsSet);
        _ = await Assert.ThrowsAnyAsync<Exception>(() => call);
    }

    [Fact]
    public void Start_WithAServerThatCannotRun_SaysWhy()
    {
        var options = new ManagerOptions { Process = { StartTimeout = TimeSpan.FromMilliseconds(1), StandardError = ChildOutput.Null } };

        var error = Assert.ThrowsAny<Exception>(() => Manager.Start(options).Dispose());

        Assert.True(error is ChildFailedException or ChildStartException, error.ToString());
    }
}

using System.Runtime.CompilerServices;
using Plait.Processes;
using Plait.Synchronization;
using Xunit;

namespace Plait.Tests.Processes.Managers;

/// <summary>How long objects live: as long as somebody has a proxy.</summary>
public sealed class ManagerLifetimeTests : ProcessTest
{
    [Fact]
    public void Dispose_OfTheLastProxy_DisposesTheObject()
    {
        using var scope = ProcessScope.Create();
        IEvent disposed = scope.CreateEvent();
        using var manager = Manager.Start();
        IClerk clerk = manager.Create<IClerk>(() => new Clerk(disposed));
        IClerk other = Manager.WithTimeout(clerk, TimeSpan.FromMinutes(1));

        clerk.Dispose();
        Assert.False(disposed.IsSet);
        Assert.Equal("clerk", other.Name());
        other.Dispose();

        Assert.True(disposed.IsSet);
        Assert.Equal(0, manager.GetStatistics().ObjectsAlive);
        Assert.Throws<ObjectDisposedException>(() => clerk.Name());
        Assert.Throws<ObjectDisposedException>(() => other.Name());
    }

    [Fact]
    public async Task DisposeAsync_OfTheLastProxy_DisposesTheObject()
    {
        using var scope = ProcessScope.Create();
        IEvent disposed = scope.CreateEvent();
        using var manager = Manager.Start();
        IClerk clerk = manager.Create<IClerk>(() => new Clerk(disposed));

        await ((IAsyncDisposable)clerk).DisposeAsync();

        Assert.True(disposed.IsSet);
    }

    [Fact]
    public void Collect_OfTheLastProxy_ReleasesTheObject()
    {
        using var scope = ProcessScope.Create();
        IEvent disposed = scope.CreateEvent();
        using var manager = Manager.Start();
        MakeAndForget(manager, disposed);

        while (!disposed.Wait(TimeSpan.FromMilliseconds(20)))
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    [Fact]
    public void Proxy_OnItsWayToAChild_KeepsTheObject()
    {
        using var scope = ProcessScope.Create();
        IEvent disposed = scope.CreateEvent();
        IEvent goOn = scope.CreateEvent();
        using var manager = Manager.Start();
        IClerk clerk = manager.Create<IClerk>(() => new Clerk(disposed));

        using var child = ChildProcess.Start(
            static (IClerk clerk, IEvent goOn) =>
            {
                goOn.Wait();
                return clerk.Name();
            },
            clerk,
            goOn);
        clerk.Dispose();
        Assert.False(disposed.IsSet);
        goOn.Set();

        Assert.Equal("clerk", child.Result);
        disposed.Wait();
    }

    [Fact]
    public async Task Exit_OfAClient_ReleasesWhatItHad()
    {
        using var scope = ProcessScope.Create();
        IEvent disposed = scope.CreateEvent();
        using var manager = Manager.Start();

        using var child = ChildProcess.Start(static (Manager manager, IEvent disposed) => manager.Create<IClerk>(() => new Clerk(disposed)).Name(), manager, disposed);

        Assert.Equal("clerk", await child);
        await disposed.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Kill_OfAClient_ReleasesWhatItHad()
    {
        using var scope = ProcessScope.Create();
        IEvent disposed = scope.CreateEvent();
        using var manager = Manager.Start();

        using var child = ChildProcess.Start(
            static (Manager manager, IEvent disposed) =>
            {
                IClerk clerk = manager.Create<IClerk>(() => new Clerk(disposed));
                _ = clerk.Name();
                InChild.SayReadyAndWait();
                GC.KeepAlive(clerk);
            },
            manager,
            disposed,
            new ChildProcessOptions { StandardOutput = ChildOutput.Pipe });
        AwaitReady(child);
        Assert.False(disposed.IsSet);
        child.Kill();

        disposed.Wait();
    }

    [Fact]
    public async Task Kill_OfAClientInTheMiddleOfACall_CancelsItsTokenAndLeavesTheObjectToOthers()
    {
        using var scope = ProcessScope.Create();
        IEvent begun = scope.CreateEvent();
        IEvent cancelled = scope.CreateEvent();
        using var manager = Manager.Start();
        IClerk clerk = manager.Create<IClerk>(() => new Clerk(null, cancelled));

        using var child = ChildProcess.Start(
            static (IClerk clerk, IEvent begun) =>
            {
                using var source = new CancellationTokenSource();
                clerk.WorkUntilCancelled(begun, source.Token);
            },
            clerk,
            begun);
        await begun.WaitAsync(TestContext.Current.CancellationToken);
        child.Kill();

        await cancelled.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal("clerk", clerk.Name());
    }

    [Fact]
    public async Task Dispose_OfAProxyInTheMiddleOfACall_WaitsForTheCall()
    {
        using var scope = ProcessScope.Create();
        IEvent begun = scope.CreateEvent();
        IEvent goOn = scope.CreateEvent();
        IEvent disposed = scope.CreateEvent();
        using var manager = Manager.Start();
        IClerk clerk = manager.Create<IClerk>(() => new Clerk(disposed));

        Task call = clerk.WorkAsync(begun, goOn);
        await begun.WaitAsync(TestContext.Current.CancellationToken);
        clerk.Dispose();
        Assert.False(disposed.IsSet);
        goOn.Set();

        await call;
        await disposed.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Add_OfAnObjectToAnother_MakesItThatOnes()
    {
        using var scope = ProcessScope.Create();
        IEvent disposed = scope.CreateEvent();
        using var manager = Manager.Start();
        IManagedList<IClerk> list = manager.CreateList<IClerk>();
        IClerk clerk = manager.Create<IClerk>(() => new Clerk(disposed));

        list.Add(clerk);
        clerk.Dispose();

        Assert.False(disposed.IsSet);
        Assert.Equal("clerk", list[0].Name());
    }

    [Fact]
    public void Dispose_OfTheManager_DisposesItsObjects()
    {
        using var scope = ProcessScope.Create();
        IEvent disposed = scope.CreateEvent();
        IClerk clerk;
        using (var manager = Manager.Start())
        {
            clerk = manager.Create<IClerk>(() => new Clerk(disposed));
        }

        Assert.True(disposed.IsSet);
        Assert.Throws<ObjectDisposedException>(() => clerk.Name());
        clerk.Dispose();
    }

    [Fact]
    public void Dispose_OfAnObjectThatThrows_DoesNotHarmTheServer()
    {
        using var manager = Manager.Start(new ManagerOptions { Process = { StandardError = ChildOutput.Null } });
        IDisposable sore = manager.Create<ISore>(static () => new Sore());

        sore.Dispose();

        Assert.Equal(0, manager.GetStatistics().ObjectsAlive);
    }

    [Fact]
    public void Start_AfterAManagerWasKilled_RemovesTheNameItLeft()
    {
        string path;
        using (var manager = Manager.Start())
        {
            path = manager.Client.Address.Path;
            Assert.True(File.Exists(path));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(Path.GetDirectoryName(path)!) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite));
        }

        Assert.False(File.Exists(path));
        string forsaken = Path.Combine(Path.GetDirectoryName(path)!, $"{Guid.NewGuid():N}.manager");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Interop.StreamSocket.Listen(forsaken).Dispose();
        Assert.True(File.Exists(forsaken));
        using (Manager.Start())
        {
            Assert.False(File.Exists(forsaken));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MakeAndForget(Manager manager, IEvent disposed) => Assert.Equal("clerk", manager.Create<IClerk>(() => new Clerk(disposed)).Name());
}

[ManagedContract]
public interface ISore : IDisposable;

public sealed class Sore : ISore
{
    public void Dispose() => throw new InvalidOperationException("Not today.");
}

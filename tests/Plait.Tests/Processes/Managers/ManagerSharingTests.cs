using Plait.Execution;
using Plait.Processes;
using Plait.Synchronization;
using Xunit;

namespace Plait.Tests.Processes.Managers;

/// <summary>Proxies and managers in other processes than the one that started the server.</summary>
public sealed class ManagerSharingTests : ProcessTest
{
    [Fact]
    public void Proxy_HandedToAChild_CallsTheSameObject()
    {
        using var manager = Manager.Start();
        ICounter counter = manager.Create<ICounter>(static () => new Counter(5));

        using var child = ChildProcess.Start(static (ICounter counter) => (counter.Add(3), counter.Pid), counter);

        Assert.Equal((8, manager.Pid), child.Result);
        Assert.Equal(8, counter.Value);
    }

    [Fact]
    public void Proxy_CapturedByALambda_CallsTheSameObject()
    {
        using var manager = Manager.Start();
        ICounter counter = manager.Create<ICounter>(static () => new Counter(5));

        using var child = ChildProcess.Start(() => counter.Add(3));

        Assert.Equal(8, child.Result);
    }

    [Fact]
    public async Task Proxy_InTasksOfAPool_CallsTheSameObject()
    {
        using var manager = Manager.Start();
        ICounter counter = manager.Create<ICounter>(static () => new Counter(0));
        await using var pool = new ProcessExecutor(workers: 2);

        for (int i = 0; i < 20; i++)
        {
            _ = await pool.Submit(() => counter.Add(1));
        }

        Assert.Equal(20, counter.Value);
    }

    [Fact]
    public void Proxy_ReturnedByAChild_CallsItsObject()
    {
        using var manager = Manager.Start();

        using var child = ChildProcess.Start(static (Manager manager) => manager.Create<ICounter>(static () => new Counter(7)), manager);
        ICounter counter = child.Result;

        Assert.True(Manager.IsProxy(counter));
        Assert.Equal(9, counter.Add(2));
        Assert.Equal(0, manager.GetStatistics().ProxiesOnTheirWay);
    }

    [Fact]
    public void Manager_StartedByAChild_EndsWithIt()
    {
        using var child = ChildProcess.Start(static () =>
        {
            using var manager = Manager.Start();
            return manager.Create<ICounter>(static () => new Counter(1)).Add(1);
        });

        Assert.Equal(2, child.Result);
    }

    [Fact]
    public void Manager_HandedToAChild_MakesObjectsThereAndIsNotEndedByIt()
    {
        using var manager = Manager.Start();

        using var child = ChildProcess.Start(
            static (Manager manager) =>
            {
                using (manager)
                {
                    return (manager.CreateList([1, 2, 3]).Count, manager.Pid, manager.Outcome is null, manager.GetStatistics().Clients);
                }
            },
            manager);

        Assert.Equal((3, manager.Pid, true, 2L), child.Result);
        Assert.Equal(1, manager.Create<ICounter>(static () => new Counter(0)).Add(1));
    }

    [Fact]
    public void Proxy_WithATimeout_KeepsItOnTheWay()
    {
        using var scope = ProcessScope.Create();
        IEvent begun = scope.CreateEvent();
        IEvent goOn = scope.CreateEvent();
        using var manager = Manager.Start();
        IClerk clerk = Manager.WithTimeout(manager.Create<IClerk>(static () => new Clerk()), TimeSpan.FromMilliseconds(50));

        using var child = ChildProcess.Start(
            static (IClerk clerk, IEvent begun, IEvent goOn) =>
            {
                try
                {
                    clerk.Work(begun, goOn);
                    return false;
                }
                catch (TimeoutException)
                {
                    return true;
                }
            },
            clerk,
            begun,
            goOn);

        Assert.True(child.Result);
        goOn.Set();
    }

    [Fact]
    public async Task Calls_FromFourProcesses_AreAllCounted()
    {
        const int Processes = 4;
        const int Calls = 1000;
        using var manager = Manager.Start();
        ICounter counter = manager.Create<ICounter>(static () => new Counter(0));
        IManagedDictionary<int, int> perProcess = manager.CreateDictionary<int, int>();

        ChildProcess<int>[] children = [.. Enumerable.Range(0, Processes).Select(_ => ChildProcess.Start(static (ICounter counter, IManagedDictionary<int, int> counts) => Count(counter, counts), counter, perProcess))];
        foreach (ChildProcess<int> child in children)
        {
            Assert.Equal(Calls, await child);
            child.Dispose();
        }

        Assert.Equal(Processes * Calls, counter.Value);
        Assert.Equal(Processes, perProcess.Count);
        Assert.All(perProcess, static entry => Assert.Equal(Calls, entry.Value));

        static int Count(ICounter counter, IManagedDictionary<int, int> counts)
        {
            int before = 0;
            for (int i = 0; i < Calls; i++)
            {
                int now = counter.Add(1);
                Assert.True(now > before);
                before = now;
                _ = counts.AddOrUpdate(Environment.ProcessId, 1, static count => count + 1);
            }

            return counts[Environment.ProcessId];
        }
    }

    [Fact]
    public async Task AddAsync_FromAChild_BringsTheResult()
    {
        using var manager = Manager.Start();
        ICounter counter = manager.Create<ICounter>(static () => new Counter(0));

        using var child = ChildProcess.Start(
            static async (ICounter counter) =>
            {
                int[] all = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => counter.AddAsync(1)));
                return all.Max();
            },
            counter);

        Assert.Equal(100, await child);
    }

    [Fact]
    public void Fail_SeenFromAChild_IsTheExceptionItself()
    {
        using var manager = Manager.Start();
        ICounter counter = manager.Create<ICounter>(static () => new Counter(0));

        using var child = ChildProcess.Start(static (ICounter counter) => counter.Fail("far away"), counter);
        child.Join();

        Assert.Equal("far away", Assert.IsType<CounterException>(child.Outcome!.Exception).Message);
    }
}

using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes.Managers;

/// <summary>Proxies that methods return, and proxies as arguments.</summary>
public sealed class ManagerNestedTests : ProcessTest
{
    [Fact]
    public async Task Open_ReturningAContract_ReturnsAProxy()
    {
        using var manager = Manager.Start();
        IBank bank = manager.Create<IBank>(static () => new Bank());

        IAccount account = bank.Open("Ann");
        account.Pay(7);

        Assert.True(Manager.IsProxy(account));
        Assert.Equal(("Ann", 7), (account.Owner, account.Balance));
        Assert.Equal(7, (await bank.FindAsync("Ann")).Balance);
        Assert.Null(bank.Find("Bob"));
    }

    [Fact]
    public void GetAll_ReturningAListOfContracts_ReturnsProxiesOfEach()
    {
        using var manager = Manager.Start();
        IBank bank = manager.Create<IBank>(static () => new Bank());
        _ = bank.Open("Ann");
        _ = bank.Open("Bob");

        IReadOnlyList<IAccount> all = bank.GetAll();

        Assert.All(all, static account => Assert.True(Manager.IsProxy(account)));
        Assert.Equal(["Ann", "Bob"], all.Select(static account => account.Owner).Order());
    }

    [Fact]
    public void Transfer_WithProxiesAsArguments_GetsTheObjectsThemselves()
    {
        using var manager = Manager.Start();
        IBank bank = manager.Create<IBank>(static () => new Bank());
        IAccount ann = bank.Open("Ann");
        IAccount bob = bank.Open("Bob");

        bank.Transfer(ann, bob, 5);

        Assert.Equal((-5, 5), (ann.Balance, bob.Balance));
        Assert.True(bank.IsOurs(ann));
        Assert.True(ann.IsSame(bank.Find("Ann")!));
        Assert.False(ann.IsSame(bob));
        Assert.Equal(4, manager.GetStatistics().ObjectsServed + 1);
    }

    [Fact]
    public void Create_WithAProxyInTheFactory_GetsTheObjectItself()
    {
        using var manager = Manager.Start();
        IManagedList<int> list = manager.CreateList([1]);

        IManagedValue<int> count = manager.Create<IManagedValue<int>>(() => new LengthOf(list));
        list.Add(2);

        Assert.Equal(2, count.Value);
    }

    [Fact]
    public void Release_OfAReturnedObject_LeavesItToItsOwner()
    {
        using var manager = Manager.Start();
        IBank bank = manager.Create<IBank>(static () => new Bank());
        IAccount account = bank.Open("Ann");
        Assert.Equal(2, manager.GetStatistics().ObjectsAlive);

        Manager.Release(account);

        Assert.Equal(1, manager.GetStatistics().ObjectsAlive);
        Assert.Equal("Ann", bank.Find("Ann")!.Owner);
    }

    [Fact]
    public void Add_OfAListToAList_NestsThem()
    {
        using var manager = Manager.Start();
        IManagedList<IManagedList<int>> outer = manager.CreateList<IManagedList<int>>();
        IManagedList<int> inner = manager.CreateList([1, 2]);

        outer.Add(inner);
        Manager.Release(inner);
        outer[0].Add(3);

        Assert.Equal([1, 2, 3], outer[0]);
        Assert.Equal([1, 2, 3], outer.ToArray()[0].ToArray());
        IManagedDictionary<string, IManagedList<int>> names = manager.CreateDictionary<string, IManagedList<int>>();
        names["first"] = outer[0];
        names["first"].Clear();
        Assert.Empty(outer[0]);
    }

    [Fact]
    public void Echo_OfAProxyOfAnotherManager_StaysAProxyThere()
    {
        using var first = Manager.Start();
        using var second = Manager.Start();
        ICounter counter = first.Create<ICounter>(static () => new Counter(1));
        IManagedList<ICounter> list = second.CreateList<ICounter>();

        list.Add(counter);
        ICounter back = list[0];

        Assert.Equal(first.Pid, back.Pid);
        Assert.Equal(3, back.Add(2));
        Assert.Equal(3, counter.Value);
    }

    private sealed class LengthOf(IManagedList<int> list) : IManagedValue<int>
    {
        public int Value
        {
            get => list.Count;
            set => throw new NotSupportedException();
        }

        public int Exchange(int value) => throw new NotSupportedException();

        public int Update(Func<int, int> change) => throw new NotSupportedException();
    }
}

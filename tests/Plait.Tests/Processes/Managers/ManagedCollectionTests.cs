using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes.Managers;

/// <summary>The ready-made objects: lists, dictionaries, sets, values, namespaces.</summary>
public sealed class ManagedCollectionTests : ProcessTest
{
    [Fact]
    public void CreateList_UsedAsAList_IsOne()
    {
        using var manager = Manager.Start();
        IManagedList<int> list = manager.CreateList([1, 2, 3]);
        IList<int> plain = list;

        list.AddRange([5, 4]);
        plain.Insert(0, 0);
        plain[1] = 10;

        Assert.Equal([0, 10, 2, 3, 5, 4], plain);
        Assert.Equal((6, 2, true, false), (plain.Count, plain.IndexOf(2), plain.Contains(5), plain.IsReadOnly));
        list.Sort();
        Assert.Equal([0, 2, 3, 4, 5, 10], list.ToArray());
        list.Reverse();
        Assert.Equal((0, 10), (list.TakeAt(), list.TakeAt(0)));
        Assert.Equal(2, list.RemoveAll(static item => item > 3));
        Assert.True(plain.Remove(3));
        plain.RemoveAt(0);
        Assert.Empty(plain);
        Assert.Throws<ArgumentOutOfRangeException>(() => plain[0]);
    }

    [Fact]
    public void CopyTo_OfAList_Copies()
    {
        using var manager = Manager.Start();
        ICollection<string> list = manager.CreateList(["a", "b"]);
        string[] target = ["", "", ""];

        list.CopyTo(target, 1);

        Assert.Equal(["", "a", "b"], target);
    }

    [Fact]
    public void Update_OfAnItem_RunsInTheServer()
    {
        using var manager = Manager.Start();
        IManagedList<int> list = manager.CreateList([1, 2]);
        int factor = 21;

        Assert.Equal(42, list.Update(1, item => item * factor));
        Assert.Equal([1, 42], list);
    }

    [Fact]
    public void CreateDictionary_UsedAsADictionary_IsOne()
    {
        using var manager = Manager.Start();
        IManagedDictionary<string, int> dictionary = manager.CreateDictionary(new Dictionary<string, int> { ["a"] = 1 });
        IDictionary<string, int> plain = dictionary;

        plain["b"] = 2;
        plain.Add("c", 3);
        plain.Add(new KeyValuePair<string, int>("d", 4));

        Assert.Equal(4, plain.Count);
        Assert.True(plain.TryGetValue("b", out int value) && value == 2);
        Assert.False(plain.TryGetValue("x", out _));
        Assert.Equal(["a", "b", "c", "d"], plain.Keys.Order());
        Assert.Equal([1, 2, 3, 4], plain.Values.Order());
        Assert.Equal(10, plain.Sum(static entry => entry.Value));
        Assert.Contains(new KeyValuePair<string, int>("c", 3), plain);
        Assert.Throws<KeyNotFoundException>(() => plain["x"]);
        Assert.Throws<ArgumentException>(() => plain.Add("a", 5));
        Assert.True(plain.Remove("a") && !plain.ContainsKey("a") && plain.Remove(new KeyValuePair<string, int>("d", 4)));
        Assert.Equal((true, 2), dictionary.Take("b"));
        Assert.Equal((false, 0), dictionary.Take("b"));
        plain.Clear();
        Assert.Empty(dictionary.ToArray());
    }

    [Fact]
    public void AddOrUpdate_OfADictionary_IsOneCall()
    {
        using var manager = Manager.Start();
        IManagedDictionary<string, int> dictionary = manager.CreateDictionary<string, int>();

        Assert.Equal(1, dictionary.AddOrUpdate("a", 1, static old => old + 10));
        Assert.Equal(11, dictionary.AddOrUpdate("a", 1, static old => old + 10));
        Assert.Equal(11, dictionary.GetOrAdd("a", 5));
        Assert.Equal(5, dictionary.GetOrAdd("b", 5));
        Assert.False(dictionary.TryAdd("b", 6));
        Assert.True(dictionary.TryAdd("c", 6));
        Assert.Throws<CounterException>(() => dictionary.AddOrUpdate("a", 1, static _ => throw new CounterException("no")));
        Assert.Equal(11, dictionary["a"]);
    }

    [Fact]
    public void CreateSet_UsedAsASet_IsOne()
    {
        using var manager = Manager.Start();
        IManagedSet<int> set = manager.CreateSet([1, 2]);
        ISet<int> plain = set;

        Assert.False(plain.Add(2));
        Assert.True(plain.Add(3));
        plain.UnionWith([4, 5]);
        plain.ExceptWith([1]);
        plain.IntersectWith([2, 3, 4, 9]);
        plain.SymmetricExceptWith([4, 6]);

        Assert.Equal([2, 3, 6], set.ToArray().Order());
        Assert.True(plain.SetEquals([6, 3, 2]) && plain.IsSubsetOf([2, 3, 6, 7]) && plain.IsProperSupersetOf([2]) && plain.Overlaps([6]));
        Assert.True(plain.Remove(6) && !plain.Contains(6) && plain.Count == 2);
    }

    [Fact]
    public void CreateValue_OfAType_HoldsIt()
    {
        using var manager = Manager.Start();
        IManagedValue<Shape> value = manager.CreateValue(new Shape { Sides = 3 });

        value.Value = new Shape { Sides = 4 };

        Assert.Equal(4, value.Exchange(new Shape { Sides = 5 }).Sides);
        Assert.Equal(6, value.Update(static shape => new Shape { Sides = shape.Sides + 1 }).Sides);
        Assert.Equal(6, value.Value.Sides);
    }

    [Fact]
    public void CreateNamespace_WithVariables_HoldsThem()
    {
        using var manager = Manager.Start();
        IManagedNamespace names = manager.CreateNamespace();

        names["count"] = 3;
        names["name"] = "Bob";
        names["none"] = null;
        names["list"] = new List<int> { 1 };

        Assert.Equal((3, "Bob"), (names.Get<int>("count"), names.Get<string>("name")));
        Assert.Equal([1], names.Get<List<int>>("list"));
        Assert.True(names.Contains("none") && names["none"] is null);
        Assert.True(names.Remove("name") && !names.Remove("name"));
        Assert.Equal(["count", "list", "none"], names.GetNames());
        Assert.Contains("'name'", Assert.Throws<KeyNotFoundException>(() => names["name"]).Message);
    }
}

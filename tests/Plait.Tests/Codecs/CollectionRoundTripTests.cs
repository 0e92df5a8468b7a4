using System.Collections;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using Xunit;

namespace Plait.Tests.Codecs;

public sealed class CollectionRoundTripTests
{
    private static readonly int[] s_two = [1, 2];
    private static readonly string?[] s_gap = ["a", null, "c"];
    private static readonly string[] s_text = ["a"];

    [Fact]
    public void Read_Arrays_GiveTheSame()
    {
        Assert.Equal([1, 2, 3], RoundTrip.Of<int[]>([1, 2, 3]));
        Assert.Equal(s_gap, (IEnumerable<string?>)RoundTrip.Of(s_gap));
        Assert.Equal([new Labelled("x", default, 1)], RoundTrip.Of<Labelled[]>([new("x", default, 1)]));
        Assert.Equal([1, null, 3], RoundTrip.Of<int?[]>([1, null, 3]));
        Assert.Equal(new int?[5000], RoundTrip.Of(new int?[5000]));
        Assert.Equal(new decimal?[5000], RoundTrip.Of(new decimal?[5000]));
        Assert.Equal([[1], [], null], RoundTrip.Of<int[]?[]>([[1], [], null]));
        Assert.Empty(RoundTrip.Of<double[]>([]));
        Assert.Equal([1, "b", null, 2.5m], RoundTrip.Of<object?[]>([1, "b", null, 2.5m]));
    }

    [Fact]
    public void Read_ManyRankedArrays_GiveTheSame()
    {
        int[,] numbers = { { 1, 2, 3 }, { 4, 5, 6 } };
        string[,,] texts = { { { "a" }, { "b" } }, { { "c" }, { "d" } } };
        Assert.Equal(numbers, RoundTrip.Of(numbers));
        Assert.Equal(texts, RoundTrip.Of(texts));
        Assert.Equal(new int[3, 0, 4].Length, RoundTrip.Of(new int[3, 0, 4]).Length);
        Assert.Equal(0, RoundTrip.Of(new int[3, 0]).GetLength(1));
    }

    [Fact]
    public void Read_CovariantArray_KeepsItsType() => Assert.IsType<string[]>(RoundTrip.Of<object[]>(s_text));

    [Fact]
    public void Read_GenericCollections_GiveTheSame()
    {
        Assert.Equal([1, 2], RoundTrip.Of<List<int>>([1, 2]));
        Assert.Equal(["a", "b"], RoundTrip.Of<List<string>>(["a", "b"]));
        Assert.Equal([true, false], RoundTrip.Of<List<bool>>([true, false]));
        Assert.Equal(new Dictionary<string, int> { ["a"] = 1 }, RoundTrip.Of(new Dictionary<string, int> { ["a"] = 1 }));
        Assert.Equal(new Dictionary<int, bool> { [1] = true }, RoundTrip.Of(new Dictionary<int, bool> { [1] = true }));
        Assert.Equal([3, 1, 2], RoundTrip.Of(new HashSet<int> { 3, 1, 2 }));
        Assert.Equal([1, 2, 3], RoundTrip.Of(new SortedSet<int> { 3, 1, 2 }));
        Assert.Equal([3, 1], RoundTrip.Of(new LinkedList<int>([3, 1])));
        Assert.Equal(["a", "b"], RoundTrip.Of(new Queue<string>(["a", "b"])));
        Assert.Equal([2, 1], RoundTrip.Of(new Stack<int>([1, 2])));
        Assert.Equal(["x"], RoundTrip.Of(new Collection<string> { "x" }));
        Assert.Equal(["x"], RoundTrip.Of(new ReadOnlyCollection<string>(["x"])));
        Assert.Equal(1, RoundTrip.Of(new SortedDictionary<string, int> { ["a"] = 1 })["a"]);
        Assert.Equal(1, RoundTrip.Of(new SortedList<string, int> { ["a"] = 1 })["a"]);
        Assert.Equal([1, 2], RoundTrip.Of(ImmutableArray.Create(1, 2)));
        Assert.Equal(["a"], RoundTrip.Of(ImmutableList.Create("a")));
        Assert.Contains("a", RoundTrip.Of(ImmutableHashSet.Create("a")));
        Assert.Equal(1, RoundTrip.Of(ImmutableDictionary<string, int>.Empty.Add("a", 1))["a"]);
        Assert.Equal([2, 3], RoundTrip.Of(new ArraySegment<int>([1, 2, 3, 4], 1, 2)));
        Assert.Equal(["b", "a"], Drain(RoundTrip.Of(new PriorityQueue<string, int>([("a", 2), ("b", 1)]))));
    }

    [Fact]
    public void Read_Comparers_AreKept()
    {
        Assert.True(RoundTrip.Of(new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase) { ["A"] = 1 }).ContainsKey("a"));
        Assert.Contains("B", RoundTrip.Of(new HashSet<string>(StringComparer.InvariantCultureIgnoreCase) { "b" }));
        Assert.Contains("xx", RoundTrip.Of(new HashSet<string>(new ByLength()) { "yy" }));
        Assert.Contains("B", RoundTrip.Of(ImmutableHashSet.Create<string>(StringComparer.OrdinalIgnoreCase, "b")));
        Assert.Same(StringComparer.OrdinalIgnoreCase, RoundTrip.Of<IEqualityComparer<string>>(StringComparer.OrdinalIgnoreCase));
        var descending = new SortedSet<string>(StringComparer.Ordinal) { "b", "A" };
        Assert.Equal(["A", "b"], RoundTrip.Of(descending));
    }

    [Fact]
    public void Read_BehindInterfaces_GivesTheStandardCollection()
    {
        Assert.IsType<int[]>(RoundTrip.Of<IEnumerable<int>>(s_two));
        Assert.IsType<List<int>>(RoundTrip.Of<IReadOnlyList<int>>(new List<int> { 1 }));
        Assert.IsType<Dictionary<string, int>>(RoundTrip.Of<IReadOnlyDictionary<string, int>>(new Dictionary<string, int>()));
        Assert.IsType<HashSet<int>>(RoundTrip.Of<IReadOnlySet<int>>(new HashSet<int>()));
        Assert.IsType<SortedSet<int>>(RoundTrip.Of<IEnumerable<int>>(new SortedSet<int>()));
        Assert.Equal([2, 4], RoundTrip.Of(s_two.Select(x => x * 2)));
        Assert.Equal([1, 2], RoundTrip.Of(Numbers()));
        Assert.Equal([1, 2], RoundTrip.Of<IEnumerable>(Numbers()).Cast<int>());
        Assert.Equal("abc", RoundTrip.Of<IEnumerable<char>>("abc"));
    }

    [Fact]
    public void Read_FromChildBehindInterfaces_GivesTheStandardCollection()
    {
        Assert.Equal([1, 2], Assert.IsType<List<int>>(RoundTrip.Of(Numbers(), RoundTrip.FromChild)));
        Assert.Equal([1, 2], Assert.IsType<List<int>>(RoundTrip.Of<IEnumerable<int>>(new SortedSet<int> { 2, 1 }, RoundTrip.FromChild)));
        Assert.Equal(1, Assert.IsType<Dictionary<string, int>>(
            RoundTrip.Of<IDictionary<string, int>>(new SortedDictionary<string, int> { ["a"] = 1 }, RoundTrip.FromChild))["a"]);
        Assert.Equal([1], Assert.IsType<HashSet<int>>(RoundTrip.Of<ISet<int>>(new SortedSet<int> { 1 }, RoundTrip.FromChild)));
        Assert.Equal([new Point(1, 2)], RoundTrip.Of<IReadOnlyList<Point>>([new(1, 2)], RoundTrip.FromChild));
    }

    [Fact]
    public void Read_FromChildUnderObject_GivesTheClosedSet()
    {
        Assert.Equal(5, RoundTrip.Of<object>(5, RoundTrip.FromChild));
        Assert.Equal("x", RoundTrip.Of<object>("x", RoundTrip.FromChild));
        Assert.Equal([1, 2], Assert.IsType<int[]>(RoundTrip.Of<object>(s_two, RoundTrip.FromChild)));
        var map = new Dictionary<string, object> { ["a"] = 1, ["b"] = new List<string> { "c" }, ["d"] = (1, "e") };
        Assert.Equal(map, Assert.IsType<Dictionary<string, object>>(RoundTrip.Of<object>(map, RoundTrip.FromChild)));
    }

    private static IEnumerable<int> Numbers()
    {
        yield return 1;
        yield return 2;
    }

    private static List<string> Drain(PriorityQueue<string, int> queue)
    {
        var items = new List<string>();
        while (queue.TryDequeue(out string? item, out _))
        {
            items.Add(item);
        }

        return items;
    }
}

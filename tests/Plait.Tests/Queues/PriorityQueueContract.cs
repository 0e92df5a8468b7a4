using Plait.Queues;
using Plait.Tests.Synchronization;
using Xunit;

namespace Plait.Tests.Queues;

/// <summary>What <see cref="IPriorityQueue{T}"/> keeps beside what every queue does.</summary>
public abstract class PriorityQueueContract : SynchronizationTest
{
    private protected PriorityQueueContract(Setting setting)
        : base(setting)
    {
    }

    [Fact]
    public void Get_OfEqualPriorities_GivesTheFirstPutFirst()
    {
        IPriorityQueue<string> queue = Scope.CreatePriorityQueue<string>();
        for (int i = 0; i < 300; i++)
        {
            queue.Put($"{i}", priority: i % 3);
        }

        Assert.Equal(
            Enumerable.Range(0, 300).OrderBy(static i => i % 3).Select(static i => $"{i}"),
            queue.ToDrained());
    }

    [Fact]
    public async Task Put_WithAPriority_IsUsedInEveryForm()
    {
        IPriorityQueue<string> queue = Scope.CreatePriorityQueue<string>(capacity: 4);
        queue.Put("b", priority: 5);
        Assert.True(queue.TryPut("c", long.MaxValue));
        await queue.PutAsync("a", long.MinValue);
        queue.Put("b2", priority: 5);
        Assert.False(queue.TryPut("never", 0));
        ValueTask last = queue.PutAsync("0", -1);
        Assert.False(last.IsCompleted);

        Assert.Equal("a", queue.Get());
        await last;
        Assert.Equal(["0", "b", "b2", "c"], queue.ToDrained());
    }

    [Fact]
    public void Put_WithoutAPriority_UsesTheFunctionOrTheNumber()
    {
        IPriorityQueue<string> byLength = Scope.CreatePriorityQueue<string>(static text => text.Length);
        byLength.PutMany(["ccc", "a", "bb", "d"]);
        Assert.Equal(["a", "d", "bb", "ccc"], byLength.ToDrained());

        Assert.Equal([int.MinValue, -1, 0, int.MaxValue], Sorted<int>(0, int.MaxValue, int.MinValue, -1));
        Assert.Equal([0, 1, ulong.MaxValue], Sorted<ulong>(ulong.MaxValue, 0, 1));
        Assert.Equal([long.MinValue, 0, long.MaxValue], Sorted<long>(long.MaxValue, long.MinValue, 0));
        Assert.Equal([DateTime.MinValue, DateTime.MaxValue], Sorted(DateTime.MaxValue, DateTime.MinValue));
        Assert.Equal([TimeSpan.MinValue, TimeSpan.Zero], Sorted(TimeSpan.Zero, TimeSpan.MinValue));
        Assert.Equal(['a', 'b'], Sorted('b', 'a'));
    }

    [Fact]
    public void Put_WithNeitherPriorityNorFunction_SaysWhatToDo()
    {
        IPriorityQueue<string> queue = Scope.CreatePriorityQueue<string>();

        Assert.Contains("priority", Assert.Throws<InvalidOperationException>(() => queue.Put("a")).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => queue.TryPut("a"));
        Assert.Throws<InvalidOperationException>(() => queue.PutMany(["a"]));

        Assert.True(queue.IsEmpty);
    }

    [Fact]
    public void Put_WhosePriorityFunctionThrows_PutsNothing()
    {
        IPriorityQueue<int> queue = Scope.CreatePriorityQueue<int>(static number => number == 13 ? throw new FormatException("thirteen") : number);

        Assert.Throws<FormatException>(() => queue.Put(13));
        Assert.Throws<FormatException>(() => queue.PutMany([1, 13, 2]));

        Assert.Equal([1], queue.ToDrained());
    }

    [Fact]
    public void Put_OfALargeRandomLot_ComesOutSorted()
    {
        var random = new Random(11);
        IPriorityQueue<int> queue = Scope.CreatePriorityQueue<int>();
        var numbers = new List<int>();
        for (int i = 0; i < 20_000; i++)
        {
            int number = random.Next(-500, 500);
            queue.Put(number);
            numbers.Add(number);
            if (i % 4 == 3)
            {
                int least = queue.Get();
                Assert.Equal(numbers.Min(), least);
                _ = numbers.Remove(least);
                numbers.TrimExcess();
                if (numbers.Count > 400)
                {
                    Assert.Equal(numbers.Order(), queue.ToDrained());
                    numbers.Clear();
                }
            }
        }

        Assert.Equal(numbers.Order(), queue.ToDrained());
    }

    [Fact]
    public void Create_ByNameWithAFunctionOfItsOwn_UsesThat()
    {
        string name = $"ranks-{Guid.NewGuid():N}";
        IPriorityQueue<int> up = Scope.CreatePriorityQueue<int>(static number => number, 10, name);
        IPriorityQueue<int> down = Scope.CreatePriorityQueue<int>(static number => -number, 10, name);

        up.PutMany([1, 2]);
        down.PutMany([3, 4]);

        Assert.Equal([4, 3, 1, 2], up.ToDrained());
    }

    private IEnumerable<T> Sorted<T>(params T[] items)
    {
        IPriorityQueue<T> queue = Scope.CreatePriorityQueue<T>();
        queue.PutMany(items);
        return queue.ToDrained();
    }
}

public sealed class ThreadScopePriorityTests() : PriorityQueueContract(Setting.Threads);

public sealed class ProcessScopePriorityTests() : PriorityQueueContract(Setting.ThreadsOverSharedMemory);

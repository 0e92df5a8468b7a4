using System.Globalization;
using System.Runtime.CompilerServices;
using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

// Maps: by the cases of CPython's ExecutorTest, mpire and joblib, in tests/ported.md.
public abstract partial class ExecutorContract
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(40)]
    [InlineData(50)]
    public void Map_InChunksOfAnySize_GivesWhatALoopGives(int chunkSize)
    {
        using IExecutor executor = Create();
        (int Base, int Power)[] pairs = [.. Enumerable.Range(0, 40).Zip(Enumerable.Range(0, 40))];
        var options = new MapOptions { ChunkSize = chunkSize };

        Assert.Equal(pairs.Select(Power), executor.Map(pairs, Power, options).ToArray());
        Assert.Equal(pairs.Select(Power).Order(), executor.MapUnordered(pairs, Power, options).ToArray().Order());
        Assert.Equal(pairs.Select(Power), executor.Map(pairs.Where(static _ => true), PowerAsync, options).ToArray());
    }

    [Theory]
    [InlineData(2, 2, 0, 0)]
    [InlineData(517, 2, 0, 0)]
    [InlineData(200, 4, 0, 8)]
    [InlineData(250, 4, 7, 14)]
    public void Map_OfAnIteratorByAnyNumberOfWorkers_ReadsItOnceInOrder(int count, int workers, int chunkSize, int window)
    {
        using IExecutor executor = Create(workers);
        var read = new List<int>();

        int[] values = executor.Map(Items(), static number => number * number, new() { ChunkSize = chunkSize, Window = window }).ToArray();

        Assert.Equal(Enumerable.Range(0, count).Select(static number => number * number), values);
        Assert.Equal(Enumerable.Range(0, count), read);

        IEnumerable<int> Items()
        {
            for (int i = 0; i < count; i++)
            {
                read.Add(i);
                yield return i;
            }
        }
    }

    [Fact]
    public async Task Map_OfAnItemThatFails_GivesThoseBeforeItAndLeavesTheExecutorWell()
    {
        await using IExecutor executor = Create();
        var seen = new List<int>();

        Assert.Throws<DivideByZeroException>(() => seen.AddRange(executor.Map([6, 3, 0, 2], static divisor => 12 / divisor).AsEnumerable()));

        Assert.Equal([2, 4], seen);
        Assert.Equal([4, 6], executor.Map([3, 2], static divisor => 12 / divisor).ToArray());
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(19)]
    public void Map_OfAnInputThatFails_GivesWhatCameBeforeAndLeavesTheExecutorWell(int failsAt)
    {
        using IExecutor executor = Create();
        var seen = new List<int>();

        InvalidDataException error = Assert.Throws<InvalidDataException>(() => seen.AddRange(executor.Map(Items(), static number => number + 1).AsEnumerable()));

        Assert.Equal($"no item {failsAt}", error.Message);
        Assert.Equal(Enumerable.Range(1, failsAt), seen);
        Assert.Equal([8], executor.Map([7], static number => number + 1).ToArray());

        IEnumerable<int> Items()
        {
            for (int i = 0; i < 20; i++)
            {
                yield return i == failsAt ? throw new InvalidDataException($"no item {i}") : i;
            }
        }
    }

    [Fact]
    public async Task Map_OfNothing_GivesNothing()
    {
        await using IExecutor executor = Create();

        Assert.Empty(executor.Map(Array.Empty<int>(), static number => number).ToArray());
        Assert.Empty(await executor.MapUnordered(Enumerable.Empty<int>().Where(static _ => true), static number => number).ToArrayAsync(TestContext.Current.CancellationToken).InTime());
        Assert.Equal(0, executor.GetStatistics().Succeeded);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    public void Map_OfAnEndlessInput_ReadsNoFurtherThanItsWindow(int window)
    {
        using IExecutor executor = Create();
        int read = 0;
        int taken = 0;
        int furthest = 0;

        foreach (int value in executor.Map(Endless(), static number => number + 1, new() { Window = window, ChunkSize = 1 }).AsEnumerable().Take(30))
        {
            Assert.Equal(taken, value - 1);
            taken++;
        }

        Assert.InRange(furthest, 1, window);

        IEnumerable<int> Endless()
        {
            while (true)
            {
                furthest = Math.Max(furthest, read + 1 - taken);
                yield return read++;
            }
        }
    }

    [Fact]
    public void Map_WithAWindowOfOne_ReadsAndRunsInTurns()
    {
        using IExecutor executor = Create(1);
        string note = NewPath();

        Assert.Equal(6, executor.Map(Items(), number => { Work.Note(note, $"ran {number}"); return number; }, new() { Window = 1 }).ToArray().Length);

        Assert.Equal(Enumerable.Range(0, 6).SelectMany(static number => new[] { $"read {number}", $"ran {number}" }), Lines(note));

        IEnumerable<int> Items()
        {
            for (int i = 0; i < 6; i++)
            {
                Work.Note(note, $"read {i}");
                yield return i;
            }
        }
    }

    [Fact]
    public void Map_TwoReadInTurns_GivesEachItsOwn()
    {
        using IExecutor executor = Create();
        MapResults<int> low = executor.Map(Enumerable.Range(0, 100), static number => number);
        MapResults<int> high = executor.Map(Enumerable.Range(100, 100), static number => number);

        (int Low, int High)[] both = [.. low.AsEnumerable().Zip(high.AsEnumerable())];

        Assert.Equal(Enumerable.Range(0, 100).Select(static number => (number, number + 100)), both);
    }

    [Fact]
    public async Task Map_OfLargeResultsLeftUnread_HoldsUpNobody()
    {
        await using IExecutor executor = Create();
        for (int round = 0; round < 3; round++)
        {
            MapResults<byte[]> results = round % 2 == 0 ? executor.Map(Enumerable.Range(0, 10), Large) : executor.MapUnordered(Enumerable.Range(0, 10), Large);

            Assert.Equal([500_000, 500_000], results.AsEnumerable().Take(2).Select(static bytes => bytes.Length));
        }

        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());

        static byte[] Large(int number) => new byte[500_000];
    }

    [Fact]
    public async Task Map_WhoseExecutorIsShutDown_EndsWithAnError()
    {
        IExecutor executor = Create(1);
        using IEnumerator<int> results = executor.Map(Enumerable.Range(0, 1000), static number => number, new() { Window = 4, ChunkSize = 1 }).AsEnumerable().GetEnumerator();
        Assert.True(results.MoveNext());

        await executor.ShutdownAsync(ShutdownMode.CancelPending, Waits.Hang).InTime();

        Exception error = Assert.ThrowsAny<Exception>(() =>
        {
            while (results.MoveNext())
            {
            }
        });
        Assert.True(error is ExecutorClosedException or OperationCanceledException, $"{error}");
        await executor.DisposeAsync();
    }

    [Fact]
    public void Map_OfResultsThatWereTaken_HoldsNoneOfThem()
    {
        using IExecutor executor = Create(1);
        using IEnumerator<List<int>> results = executor.Map(Enumerable.Range(0, 10), static number => new List<int> { number }, new() { Window = 2, ChunkSize = 1 }).AsEnumerable().GetEnumerator();
        WeakReference[] taken = [.. Enumerable.Range(0, 5).Select(_ => Take(results))];

        // What it holds is the one that is current, and what has come since. A register may have the one before: two more pass.
        Assert.True(results.MoveNext());
        Assert.True(results.MoveNext());
        Waits.AreCollected(taken);
        Assert.NotNull(results.Current);
    }

    // Apart, so that no local of the test holds it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Take<T>(IEnumerator<T> results)
    {
        Assert.True(results.MoveNext());
        return new WeakReference(results.Current);
    }

    private static string Power((int Base, int Power) pair) => System.Numerics.BigInteger.Pow(pair.Base, pair.Power).ToString(CultureInfo.InvariantCulture);

    private static async Task<string> PowerAsync((int Base, int Power) pair)
    {
        await Task.Yield();
        return Power(pair);
    }
}

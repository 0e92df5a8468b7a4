using System.Globalization;
using Plait.Codecs;
using Plait.Execution;
using Plait.Processes;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Processes;

/// <summary>Maps over worker processes: what goes there and comes back.</summary>
public sealed class ProcessExecutorMapTests : ExecutorTest
{
    internal static ProcessExecutor NewPool(int workers = 2) => new(new ProcessExecutorOptions { Workers = workers, Spares = 0, Grace = TimeSpan.FromSeconds(5) });

    [Fact]
    public void Map_OfAMillionNumbers_GivesThemInOrder()
    {
        const int Count = 1_000_000;
        using ProcessExecutor pool = NewPool();

        int[] values = pool.Map(Enumerable.Range(0, Count), static item => item ^ 0x5555).ToArray();

        Assert.Equal(Count, values.Length);
        Assert.True(values.AsSpan().SequenceEqual([.. Enumerable.Range(0, Count).Select(static item => item ^ 0x5555)]));

        // In chunks that grew: one each would have been a million tasks.
        Assert.InRange(pool.GetStatistics().Succeeded, 1, 20_000);
    }

    [Fact]
    public async Task MapUnordered_OfManyNumbers_GivesEachOnce()
    {
        const int Count = 100_000;
        await using ProcessExecutor pool = NewPool();

        long[] values = await pool.MapUnordered(Enumerable.Range(0, Count), static item => (long)item * item).ToArrayAsync(TestContext.Current.CancellationToken);

        Array.Sort(values);
        Assert.True(values.AsSpan().SequenceEqual([.. Enumerable.Range(0, Count).Select(static item => (long)item * item)]));
    }

    [Fact]
    public void Map_OfEveryKindOfValue_BringsIt()
    {
        using ProcessExecutor pool = NewPool();
        int[] items = [.. Enumerable.Range(0, 300)];

        Assert.Equal(items.Select(static item => $"<{item}>"), pool.Map(items, static item => $"<{item}>").ToArray());
        Assert.Equal(items.Select(static item => item % 3 == 0 ? null : (int?)item), pool.Map(items, static item => item % 3 == 0 ? null : (int?)item).ToArray());
        Assert.Equal(items.Select(static item => item % 3 == 0), pool.Map(items, static item => item % 3 == 0).ToArray());
        Assert.Equal(items.Select(static item => item % 3 == 0 ? null : item.ToString(CultureInfo.InvariantCulture)), pool.Map(items, static item => item % 3 == 0 ? null : item.ToString(CultureInfo.InvariantCulture)).ToArray());
        Assert.Equal(items.Select(static item => new Point(item, -item)), pool.Map(items, static item => new Point(item, -item)).ToArray());
        Assert.Equal(items.Select(static item => (item, $"{item}")), pool.Map(items.Select(static item => $"{item}"), static text => (int.Parse(text, CultureInfo.InvariantCulture), text)).ToArray());
        Assert.Equal(items.Select(static item => DateTime.UnixEpoch.AddDays(item)), pool.Map(items, static item => DateTime.UnixEpoch.AddDays(item)).ToArray());
    }

    [Fact]
    public void Map_OfBigItemsAndResults_BringsThem()
    {
        using ProcessExecutor pool = NewPool();
        IEnumerable<byte[]> items = Enumerable.Range(0, 24).Select(static item => new byte[1_000_000 + item]);

        int at = 0;
        foreach (byte[] value in pool.Map(items, static item => { Array.Fill(item, (byte)item.Length); return item; }, new() { Window = 8 }).AsEnumerable())
        {
            Assert.Equal(1_000_000 + at, value.Length);
            Assert.True(value.AsSpan().IndexOfAnyExcept((byte)value.Length) < 0);
            at++;
        }

        Assert.Equal(24, at);
        Assert.Equal(3_000_000, pool.Map(["a", "b"], static text => new string(text[0], 1_500_000)).ToArray().Sum(static text => text.Length));
    }

    [Fact]
    public async Task Map_OfEveryKindOfFunction_RunsIt()
    {
        await using ProcessExecutor pool = NewPool();
        int[] items = [.. Enumerable.Range(0, 100)];
        int[] expected = [.. items.Select(static item => item + 1)];

        Assert.Equal(expected, pool.Map(items, AddOne).ToArray());
        Assert.Equal(expected, pool.Map(items, AddOneAsync).ToArray());
        Assert.Equal(expected, pool.Map(items, static (item, token) => token.CanBeCanceled ? item + 1 : 0).ToArray());
        Assert.Equal(expected, pool.Map(items, static async (item, token) => { await Task.Yield(); return token.CanBeCanceled ? item + 1 : 0; }).ToArray());
        Assert.Equal(expected, await pool.Map(CountAsync(100), AddOne).ToArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal(expected, (await pool.MapUnordered(CountAsync(100), AddOneAsync).ToArrayAsync(TestContext.Current.CancellationToken)).Order());
        Assert.Equal(expected, pool.MapUnordered(items, static (item, _) => item + 1).ToArray().Order());
    }

    [Fact]
    public void Map_OfAFunctionWithCaptures_SendsThemAsTheyAre()
    {
        using ProcessExecutor pool = NewPool();
        int[] table = [.. Enumerable.Range(0, 50).Reverse()];

        Assert.Equal(table, pool.Map(Enumerable.Range(0, 50), item => table[item]).ToArray());
    }

    [Fact]
    public void Map_OfAFunctionThatCannotTravel_IsRefusedInTheCallersStack()
    {
        using ProcessExecutor pool = NewPool();
        using var stream = new MemoryStream();

        Assert.Throws<CannotTravelException>(() => pool.Map([1], item => (int)stream.Length + item));
    }

    [Fact]
    public void Map_OfAnItemOrResultThatCannotTravel_FailsThatItemOnly()
    {
        using ProcessExecutor pool = NewPool();
        using var stream = new MemoryStream();
        var options = new MapOptions { ChunkSize = 4, OnError = MapErrorMode.Continue };
        object[] items = [1, 2, stream, 4, 5, 6];
        MapResults<int> sent = pool.Map(items, static item => (int)item, options);
        MapResults<object> returned = pool.Map(Enumerable.Range(0, 6), static item => item == 2 ? Thread.CurrentThread : (object)item, options);

        Assert.Equal([1, 2, 4, 5, 6], sent.ToArray());
        Assert.Equal([0, 1, 3, 4, 5], returned.ToArray().Cast<int>());

        Assert.Equal(2, Assert.Single(sent.Errors).Index);
        Assert.IsType<CannotTravelException>(sent.Errors[0].Exception);
        Assert.Equal(2, Assert.Single(returned.Errors).Index);
        Assert.IsType<CannotTravelException>(returned.Errors[0].Exception);
    }

    [Fact]
    public void Map_WhoseFunctionThrows_ThrowsThatWithItsStack()
    {
        using ProcessExecutor pool = NewPool();
        var values = new List<int>();

        var error = Assert.Throws<KeyNotFoundException>(() => values.AddRange(pool.Map(Enumerable.Range(0, 100), static item => item == 57 ? Work.FailDeepDown(3) : item).AsEnumerable()));

        Assert.Equal(Enumerable.Range(0, 57), values);
        Assert.Contains(nameof(Work.FailDeepDown), error.ToString(), StringComparison.Ordinal);
        Assert.Equal([1, 2, 3], pool.Map([0, 1, 2], AddOne).ToArray());
    }

    [Fact]
    public void Map_ThatCarriesOn_BringsAllErrors()
    {
        using ProcessExecutor pool = NewPool();
        MapResults<int> map = pool.Map(Enumerable.Range(0, 1000), static item => item % 7 == 3 ? throw new FormatException($"{item}") : item, new() { OnError = MapErrorMode.Continue });

        Assert.Equal(Enumerable.Range(0, 1000).Where(static item => item % 7 != 3), map.ToArray());

        Assert.Equal(Enumerable.Range(0, 1000).Where(static item => item % 7 == 3), map.Errors.Select(static error => (int)error.Index));
        Assert.All(map.Errors, static error => Assert.Equal($"{error.Index}", Assert.IsType<FormatException>(error.Exception).Message));
    }

    [Fact]
    public void Map_OfAnEndlessInput_IsLeftAtAnyTime()
    {
        using ProcessExecutor pool = NewPool();

        Assert.Equal(Enumerable.Range(1, 100), pool.Map(Forever(), static item => item + 1, new() { Window = 64 }).AsEnumerable().Take(100));
        Assert.Equal(Enumerable.Range(1, 50_000), pool.Map(Forever(), static item => item + 1).AsEnumerable().Take(50_000));
        Assert.Equal(3, pool.Submit(Work.Add, 1, 2).Result());
    }

    [Fact]
    public async Task Map_SeveralAtOnce_ShareTheWorkers()
    {
        await using ProcessExecutor pool = NewPool();

        long[][] all = await Task.WhenAll(Enumerable.Range(0, 4).Select(number =>
            pool.Map(Enumerable.Range(0, 10_000), item => (long)item * number).ToArrayAsync(TestContext.Current.CancellationToken)));

        for (int number = 0; number < 4; number++)
        {
            Assert.Equal(Enumerable.Range(0, 10_000).Select(item => (long)item * number), all[number]);
        }
    }

    [Fact]
    public void Map_OnAnExecutorThatIsGone_IsRefused()
    {
        ProcessExecutor pool = NewPool();
        MapResults<int> before = pool.Map([1, 2], AddOne);
        pool.Dispose();

        Assert.Throws<ExecutorClosedException>(() => pool.Map([1, 2], AddOne));
        Assert.Throws<ExecutorClosedException>(() => before.ToArray());
    }

    [Fact]
    public void Map_WithAFullQueue_IsNotHeldUp()
    {
        using var pool = new ProcessExecutor(new ProcessExecutorOptions { Workers = 1, Spares = 0, QueueLimit = 1, WhenFull = FullBehavior.Reject });

        Assert.Equal(Enumerable.Range(1, 500), pool.Map(Enumerable.Range(0, 500), AddOne, new() { ChunkSize = 2 }).ToArray());
    }

    [Fact]
    public void Map_WithWorkersThatAreRecycled_LosesNothing()
    {
        using var pool = new ProcessExecutor(new ProcessExecutorOptions { Workers = 2, MaxTasksPerWorker = 3 });

        Assert.Equal(Enumerable.Range(1, 60), pool.Map(Enumerable.Range(0, 60), AddOne, new() { ChunkSize = 3 }).ToArray());
        Assert.True(pool.GetStatistics().WorkersRecycled > 0);
    }

    internal static int AddOne(int item) => item + 1;

    private static async Task<int> AddOneAsync(int item)
    {
        await Task.Yield();
        return item + 1;
    }

    private static async IAsyncEnumerable<int> CountAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            await Task.Yield();
            yield return i;
        }
    }

    private static IEnumerable<int> Forever()
    {
        for (int i = 0; ; i++)
        {
            yield return i;
        }
    }

    private readonly record struct Point(int Left, double Right);
}

using Plait.Codecs;
using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

/// <summary>What a <see cref="Pool"/> keeps, whatever runs its functions: by the cases of CPython's _TestPool, in tests/ported.md.</summary>
public abstract class PoolContract : ExecutorTest
{
    /// <summary>Whether values come back as copies, and so must be able to travel.</summary>
    protected virtual bool CanIsolate => false;

    protected abstract IExecutor Create(int workers);

    [Fact]
    public void Apply_OfAFunction_BlocksForItsValue()
    {
        using Pool pool = Make();

        Assert.Equal(25, pool.Apply(Square, 5));
        Assert.Equal(7, pool.Apply(static () => 7));
        Assert.Equal("bad 3", Assert.Throws<InvalidDataException>(() => pool.Apply(Fail, 3)).Message);
    }

    [Fact]
    public async Task ApplyAsync_WithCallbacks_TellsTheValueOrTheError()
    {
        using Pool pool = Make();
        var value = new TaskCompletionSource<int>();
        var error = new TaskCompletionSource<Exception>();

        Future<int> good = pool.ApplyAsync(Square, 6, value.SetResult, error.SetException);
        Future<int> bad = pool.ApplyAsync(Fail, 4, _ => error.TrySetCanceled(), error.SetResult);

        Assert.Equal(36, await value.Task.InTime());
        Assert.Equal("bad 4", Assert.IsType<InvalidDataException>(await error.Task.InTime()).Message);
        Assert.Equal(36, await good.InTime());
        await bad.FailsWith<InvalidDataException>();
    }

    [Fact]
    public async Task ApplyAsync_OfAResultThatCannotTravel_TellsTheErrorAndGoesOn()
    {
        using Pool pool = Make();
        var value = new TaskCompletionSource<Exception?>();

        for (int i = 0; i < 20; i++)
        {
            Future<Stream> future = pool.ApplyAsync(static Stream (int size) => new MemoryStream(new byte[size]), i, _ => value.TrySetResult(null), error => value.TrySetResult(error));
            if (CanIsolate)
            {
                CannotTravelException refused = await future.FailsWith<CannotTravelException>();
                Assert.Contains(nameof(MemoryStream), refused.Message, StringComparison.Ordinal);
            }
            else
            {
                Assert.Equal(i, (await future.InTime()).Length);
            }
        }

        Assert.Equal(CanIsolate, await value.Task.InTime() is CannotTravelException);
        Assert.Equal(9, pool.Apply(Square, 3));
    }

    [Fact]
    public async Task ApplyAsync_ThatTakesLong_IsNotReadyAndTimesOut()
    {
        using Pool pool = Make();
        using var gate = new Gate();
        Future<int> slow = pool.ApplyAsync(Gate.Pass, gate.Path);
        await gate.NextAsync();

        Assert.False(slow.IsDone);
        Assert.Throws<TimeoutException>(() => slow.Result(TimeSpan.FromMilliseconds(20)));
        gate.Open();

        Assert.True(await slow.InTime() > 0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(1000)]
    public void Map_OfItems_BringsTheirValuesInOrder(int chunkSize)
    {
        using Pool pool = Make();

        Assert.Equal(Enumerable.Range(0, 100).Select(Square), pool.Map(Square, Enumerable.Range(0, 100), chunkSize));
        Assert.Empty(pool.Map(Square, Array.Empty<int>(), chunkSize));
        Assert.Equal("bad 7", Assert.Throws<InvalidDataException>(() => pool.Map(FailAtSeven, Enumerable.Range(0, 20), chunkSize)).Message);
    }

    [Fact]
    public void StarMap_OfPairs_GivesThemAsTwoArguments()
    {
        using Pool pool = Make();
        (int First, int Second)[] pairs = [.. Enumerable.Range(0, 50).Select(static number => (number, 2 * number))];

        Assert.Equal(pairs.Select(static pair => pair.First + pair.Second), pool.StarMap(Work.Add, pairs));
        Assert.Equal(pairs.Select(static pair => pair.First + pair.Second), pool.StarMapAsync(Work.Add, pairs).Result(Waits.Hang));
    }

    [Fact]
    public async Task MapAsync_WithCallbacks_TellsAllValuesAtOnce()
    {
        using Pool pool = Make();
        var values = new TaskCompletionSource<int[]>();
        var error = new TaskCompletionSource<Exception>();

        Future<int[]> good = pool.MapAsync(Square, Enumerable.Range(0, 10), callback: values.SetResult);
        Future<int[]> bad = pool.MapAsync(FailAtSeven, Enumerable.Range(0, 10), errorCallback: error.SetResult);

        Assert.Equal(Enumerable.Range(0, 10).Select(Square), await values.Task.InTime());
        Assert.Equal(await values.Task, await good.InTime());
        Assert.Equal("bad 7", (await error.Task.InTime()).Message);
        await bad.FailsWith<InvalidDataException>();
    }

    [Fact]
    public void MapAsync_OfAnIteratorThatThrows_BringsWhatItThrew()
    {
        using Pool pool = Make();

        Assert.Equal("no more", Assert.Throws<KeyNotFoundException>(() => pool.MapAsync(Square, Broken()).Result(Waits.Hang)).Message);
        Assert.Equal("no more", Assert.Throws<KeyNotFoundException>(() => pool.Map(Square, Broken())).Message);

        static IEnumerable<int> Broken()
        {
            yield return 1;
            throw new KeyNotFoundException("no more");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public void IMap_OfItems_BringsThemOneByOne(int chunkSize)
    {
        using Pool pool = Make();

        Assert.Equal(Enumerable.Range(0, 200).Select(Square), pool.IMap(Square, Enumerable.Range(0, 200), chunkSize));
        Assert.Equal(Enumerable.Range(0, 200).Select(Square), pool.IMapUnordered(Square, Enumerable.Range(0, 200), chunkSize).Order());
        Assert.Equal([0, 1, 4], pool.IMap(Square, Endless(), chunkSize).Take(3));
    }

    [Fact]
    public void IMap_OfOneThatFails_ThrowsInItsPlace()
    {
        using Pool pool = Make();
        var seen = new List<int>();

        Assert.Throws<InvalidDataException>(() => seen.AddRange(pool.IMap(FailAtSeven, Enumerable.Range(0, 20))));

        Assert.Equal(Enumerable.Range(0, 7), seen);
    }

    [Fact]
    public void Join_OfAPoolThatIsOpen_IsRefused()
    {
        using Pool pool = Make();

        Assert.Contains("Close or Terminate", Assert.Throws<InvalidOperationException>(pool.Join).Message, StringComparison.Ordinal);
        Assert.Equal(4, pool.Apply(Square, 2));
    }

    [Fact]
    public void Close_ThenJoin_RunsWhatWasHandedOver()
    {
        using Pool pool = Make();
        Future<int>[] futures = [.. Enumerable.Range(0, 20).Select(number => pool.ApplyAsync(Square, number))];

        pool.Close();
        pool.Join();

        Assert.All(futures, static future => Assert.Equal(FutureState.Succeeded, future.State));
        Assert.Throws<InvalidOperationException>(() => pool.ApplyAsync(Square, 1));
        Assert.Throws<InvalidOperationException>(() => pool.Map(Square, [1]));
        Assert.Throws<InvalidOperationException>(() => pool.IMap(Square, [1]));
    }

    [Fact]
    public void MapAsync_ThatNobodyAsksFor_RunsEveryItemBeforeJoin()
    {
        using Pool pool = Make();
        string note = NewPath();

        _ = pool.MapAsync(number => { Work.Note(note, $"{number}"); return number; }, Enumerable.Range(0, 10));
        pool.Close();
        pool.Join();

        Assert.Equal(Enumerable.Range(0, 10).Select(static number => $"{number}"), Lines(note).Order());
    }

    [Fact]
    public async Task IMap_OfAPoolThatIsTerminated_EndsWithAnError()
    {
        using Pool pool = Make(1);
        using IEnumerator<int> squares = pool.IMap(Square, Endless()).GetEnumerator();
        Assert.True(squares.MoveNext());

        await Task.Run(pool.Terminate).InTime();

        Exception error = Assert.ThrowsAny<Exception>(() =>
        {
            while (squares.MoveNext())
            {
            }
        });
        Assert.True(error is ExecutorClosedException or OperationCanceledException, $"{error}");
    }

    [Fact]
    public void IMap_BesideAnotherOfTheSamePool_GivesEachItsOwn()
    {
        using Pool pool = Make();
        using IEnumerator<int> first = pool.IMap(Square, Enumerable.Range(0, 50)).GetEnumerator();
        Assert.True(first.MoveNext());

        Assert.Equal(Enumerable.Range(0, 50).Select(Square), pool.Map(Square, Enumerable.Range(0, 50)));
        Assert.Equal(Enumerable.Range(0, 50).Select(Square), pool.IMapUnordered(Square, Enumerable.Range(0, 50)).Order());

        Assert.True(first.MoveNext());
        Assert.Equal(1, first.Current);
    }

    [Fact]
    public async Task Terminate_WithWorkThatWaits_CancelsIt()
    {
        Pool pool = Make(1);
        using var gate = new Gate();
        Future<int> running = pool.ApplyAsync(Gate.Pass, gate.Path);
        await gate.NextAsync();
        Future<int>[] waiting = [.. Enumerable.Range(0, 10).Select(number => pool.ApplyAsync(Square, number))];

        await Task.Run(pool.Terminate).WaitAsync(Waits.Hang);
        pool.Join();

        Assert.All(waiting, static future => Assert.True(future.IsCancelled));
        Assert.True(running.IsDone);
        gate.Open();
        pool.Dispose();
    }

    [Fact]
    public void Dispose_OfAPool_RefusesMore()
    {
        Pool pool = Make();
        pool.Dispose();

        Assert.Throws<InvalidOperationException>(() => pool.Apply(Square, 1));
    }

    [Fact]
    public void Pool_WithoutAnExecutor_IsRefused() => Assert.Throws<ArgumentNullException>(static () => new Pool(null!));

    private static IEnumerable<int> Endless()
    {
        for (int i = 0; ; i++)
        {
            yield return i;
        }
    }

    private static int Square(int number) => number * number;

    private static int Fail(int number) => throw new InvalidDataException($"bad {number}");

    private static int FailAtSeven(int number) => number == 7 ? Fail(number) : number;

    private Pool Make(int workers = 2) => new(Create(workers));
}

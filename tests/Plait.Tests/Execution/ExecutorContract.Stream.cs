using System.Globalization;
using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

// Functions that yield values.
public abstract partial class ExecutorContract
{
    /// <summary>How many values a function may be ahead of who takes them.</summary>
    protected virtual int FurthestAhead => 4096;

    [Fact]
    public async Task Stream_OfValues_BringsThemInOrder()
    {
        await using IExecutor executor = Create();

        Assert.Equal(Enumerable.Range(0, 1000), await ListAsync(executor.Stream(Work.CountAsync, 1000)));
        Assert.Equal(["a", null, "c"], await ListAsync(executor.Stream(static () => Three())));
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());

        static async IAsyncEnumerable<string?> Three()
        {
            yield return "a";
            await Task.Yield();
            yield return null;
            yield return "c";
        }
    }

    [Fact]
    public async Task Stream_OfAnOrdinaryIterator_BringsItsValues()
    {
        await using IExecutor executor = Create(1);

        Assert.Equal([0, 1, 2], await ListAsync(executor.Stream<int>(new WorkRequest(static () => Enumerable.Range(0, 3), []))));
    }

    [Fact]
    public async Task Stream_OfNothing_IsEmpty()
    {
        await using IExecutor executor = Create(1);

        Assert.Empty(await ListAsync(executor.Stream(Work.CountAsync, 0)));
    }

    [Fact]
    public async Task Stream_BeforeItIsEnumerated_RunsNothing()
    {
        await using IExecutor executor = Create(1);
        string note = NewPath();

        IAsyncEnumerable<int> values = executor.Stream(Work.CountForeverAsync, note);
        await executor.Submit(Work.Add, 1, 2).InTime();

        Assert.Empty(Lines(note));
        await using IAsyncEnumerator<int> enumerator = values.GetAsyncEnumerator();
        Assert.True(await enumerator.MoveNextAsync().AsTask().InTime());
        Assert.Equal(0, enumerator.Current);
    }

    [Fact]
    public async Task Stream_OfAFunctionThatThrows_BringsTheValuesFirst()
    {
        await using IExecutor executor = Create(1);
        var seen = new List<int>();

        InvalidDataException error = await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (int value in executor.Stream(Work.CountThenFailAsync, 100))
            {
                seen.Add(value);
            }
        });

        Assert.Equal("after the values", error.Message);
        Assert.Equal(Enumerable.Range(0, 100), seen);
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
    }

    [Fact]
    public async Task Stream_ThatNobodyReadsOn_WaitsForItsReader()
    {
        await using IExecutor executor = Create(1);
        string note = NewPath();
        await using IAsyncEnumerator<int> values = executor.Stream(Work.CountForeverAsync, note).GetAsyncEnumerator();
        for (int i = 0; i < 10; i++)
        {
            Assert.True(await values.MoveNextAsync().AsTask().InTime());
            Assert.Equal(i, values.Current);
        }

        // Once it has stopped, it stays where it is, and that is not far away.
        int before = -1;
        int ahead = Ahead();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (ahead != before)
        {
            await timer.WaitForNextTickAsync();
            (before, ahead) = (ahead, Ahead());
            Assert.InRange(ahead, 9, 9 + FurthestAhead);
        }

        // And goes on with the reader.
        for (int i = 10; i <= ahead + 1; i++)
        {
            Assert.True(await values.MoveNextAsync().AsTask().InTime());
            Assert.Equal(i, values.Current);
        }

        // The file is empty for a moment whenever it is written.
        int Ahead()
        {
            int number = -1;
            Assert.True(SpinWait.SpinUntil(() => int.TryParse(File.ReadAllText(note), NumberStyles.None, CultureInfo.InvariantCulture, out number), Waits.Hang));
            return number;
        }
    }

    [Fact]
    public async Task Stream_EndedEarly_StopsTheFunction()
    {
        await using IExecutor executor = Create(1);
        string note = NewPath();

        await foreach (int value in executor.Stream(CountWithAnEndAsync, note))
        {
            if (value == 3)
            {
                break;
            }
        }

        // The one worker is free again: the function is over, and its last words were said.
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
        Assert.Equal(["end"], Lines(note));
    }

    [Fact]
    public async Task Stream_WithATokenThatIsCancelled_StopsTheFunction()
    {
        await using IExecutor executor = Create(1);
        using var source = new CancellationTokenSource();
        string note = NewPath();
        int seen = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (int value in executor.Stream(Work.CountForeverAsync, note).WithCancellation(source.Token))
            {
                seen = value;
                if (value == 3)
                {
                    await source.CancelAsync();
                }
            }
        });

        Assert.True(seen >= 3);
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
    }

    [Fact]
    public async Task Stream_ThatTakesTooLong_EndsWithTheTimeout()
    {
        await using IExecutor executor = Create(new ExecutorSettings { Workers = 1, Grace = TimeSpan.FromMilliseconds(50) });
        using var gate = new Gate();

        IAsyncEnumerable<int> values = executor.Stream(OneThenTheGateAsync, gate.Path, new TaskOptions { Timeout = TimeSpan.FromMilliseconds(300) });
        await using IAsyncEnumerator<int> enumerator = values.GetAsyncEnumerator();
        Assert.True(await enumerator.MoveNextAsync().AsTask().InTime());
        await Assert.ThrowsAsync<TimeoutException>(() => enumerator.MoveNextAsync().AsTask().InTime());

        gate.Open();
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
    }

    [Fact]
    public async Task Stream_Twice_IsRefused()
    {
        await using IExecutor executor = Create(1);
        IAsyncEnumerable<int> values = executor.Stream(Work.CountAsync, 3);
        await ListAsync(values);

        await Assert.ThrowsAsync<InvalidOperationException>(() => ListAsync(values));
    }

    [Fact]
    public async Task Stream_OfTwoAtOnce_KeepsThemApart()
    {
        await using IExecutor executor = Create(2);

        List<int>[] both = await Task.WhenAll(ListAsync(executor.Stream(Work.CountAsync, 500)), ListAsync(executor.Stream(Work.CountAsync, 300)));

        Assert.Equal(Enumerable.Range(0, 500), both[0]);
        Assert.Equal(Enumerable.Range(0, 300), both[1]);
    }

    private static async IAsyncEnumerable<int> CountWithAnEndAsync(string note)
    {
        try
        {
            for (int i = 0; ; i++)
            {
                await Task.Yield();
                yield return i;
            }
        }
        finally
        {
            Work.Note(note, "end");
        }
    }

    private static async IAsyncEnumerable<int> OneThenTheGateAsync(string gate)
    {
        yield return 1;
        await Task.Yield();
        yield return Gate.Pass(gate);
    }

    private static async Task<List<T>> ListAsync<T>(IAsyncEnumerable<T> values)
    {
        var list = new List<T>();
        await foreach (T value in values)
        {
            list.Add(value);
        }

        return list;
    }
}

using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

// Functions that yield values.
public abstract partial class ExecutorContract
{
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

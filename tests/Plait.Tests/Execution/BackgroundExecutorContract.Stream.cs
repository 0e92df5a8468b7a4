using System.Globalization;
using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

// Functions that yield values.
public abstract partial class BackgroundExecutorContract
{
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

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Stream_WhoseFunctionHasEnded_HoldsUpNoOtherThatRunsInItsPlace(int workers)
    {
        await using IExecutor executor = Create(workers);
        using var gate = new Gate();
        await using IAsyncEnumerator<int> ended = executor.Stream(Work.CountAsync, Math.Min(FurthestAhead, 40)).GetAsyncEnumerator();
        Assert.True(await ended.MoveNextAsync().AsTask().InTime());
        await UntilAsync(() => executor.GetStatistics().Running == 0);

        // Where a worker has several places, the next stream comes to the same one after so many others.
        for (int i = 0; i < (2 * workers) - 1; i++)
        {
            await executor.Submit(Work.Add, 1, 2).InTime();
        }

        await using IAsyncEnumerator<int> other = executor.Stream(Count200WithAGateAsync, gate.Path).GetAsyncEnumerator();
        for (int i = 0; i < 150; i++)
        {
            Assert.True(await other.MoveNextAsync().AsTask().InTime());
        }

        await gate.NextAsync();
        while (await ended.MoveNextAsync().AsTask().InTime())
        {
        }

        gate.Open();
        for (int i = 150; i < 200; i++)
        {
            Assert.True(await other.MoveNextAsync().AsTask().InTime());
            Assert.Equal(i, other.Current);
        }

        Assert.False(await other.MoveNextAsync().AsTask().InTime());
    }

    // Stands at the gate before its value 150.
    private static async IAsyncEnumerable<int> Count200WithAGateAsync(string gate)
    {
        for (int i = 0; i < 200; i++)
        {
            await Task.Yield();
            if (i == 150)
            {
                _ = Gate.Pass(gate);
            }

            yield return i;
        }
    }

    private static async IAsyncEnumerable<int> OneThenTheGateAsync(string gate)
    {
        yield return 1;
        await Task.Yield();
        yield return Gate.Pass(gate);
    }
}

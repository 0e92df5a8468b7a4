using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

// Tasks that share a key.
public abstract partial class BackgroundExecutorContract
{
    [Fact]
    public async Task Key_ThatIsTaken_HoldsUpNoOtherKey()
    {
        await using IExecutor executor = Create(2);
        using var gate = new Gate();
        var one = new TaskOptions { Key = "one" };
        Future<int> first = executor.Submit(Gate.Pass, gate.Path, one);
        await gate.NextAsync();
        Future<int>[] held = [.. Enumerable.Range(0, 5).Select(number => executor.Submit(Work.Add, number, 0, one))];

        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2, new TaskOptions { Key = "two" }).InTime());
        Assert.Equal(7, await executor.Submit(Work.Add, 3, 4).InTime());
        Assert.All(held, static future => Assert.Equal(FutureState.Pending, future.State));
        Assert.Equal(5, executor.GetStatistics().Pending);
        gate.Open();

        Assert.Equal(Enumerable.Range(0, 5), await Task.WhenAll(held.Select(static future => future.Task)).InTime());
        await first.InTime();
    }

    [Fact]
    public async Task Key_WithALimit_RunsSoManyAtOnce()
    {
        await using IExecutor executor = Create(4);
        using var gate = new Gate();
        var options = new TaskOptions { Key = "printer", KeyLimit = 2 };
        Future<int>[] futures = [.. Enumerable.Range(0, 6).Select(_ => executor.Submit(Gate.Pass, gate.Path, options))];

        Visitor[] first = await gate.NextAsync(2);
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
        Assert.False(gate.HasVisitor);
        first[0].LetPass();
        await gate.NextAsync();
        Assert.False(gate.HasVisitor);

        gate.Open();
        await Task.WhenAll(futures.Select(static future => future.Task)).InTime();
    }

    [Fact]
    public async Task Cancel_OfATaskThatWaitsForItsKey_LetsTheNextThrough()
    {
        await using IExecutor executor = Create(2);
        using var gate = new Gate();
        string note = NewPath();
        var options = new TaskOptions { Key = "k" };
        Future<int> first = executor.Submit(Gate.Pass, gate.Path, options);
        await gate.NextAsync();
        Future[] waiting = [.. Enumerable.Range(0, 4).Select(number => executor.Submit(Work.Note, note, $"{number}", options))];

        Assert.True(waiting[0].Cancel());
        Assert.True(waiting[2].Cancel());
        gate.Open();

        await waiting[3].InTime();
        await first.InTime();
        Assert.Equal(["1", "3"], Lines(note));
    }

    [Fact]
    public async Task Shutdown_ThatCancels_EndsThoseThatWaitForTheirKey()
    {
        IExecutor executor = Create(2);
        using var gate = new Gate();
        var options = new TaskOptions { Key = "k" };
        Future<int> first = executor.Submit(Gate.Pass, gate.Path, options);
        await gate.NextAsync();
        Future<int>[] waiting = [.. Enumerable.Range(0, 4).Select(number => executor.Submit(Work.Add, number, 0, options))];

        Task<bool> shutdown = executor.ShutdownAsync(ShutdownMode.CancelPending, Waits.Hang);
        await Task.WhenAll(waiting.Select(static future => future.IsCancelled()));
        gate.Open();

        Assert.True(await shutdown.InTime());
        await first.InTime();
        await executor.DisposeAsync();
    }
}

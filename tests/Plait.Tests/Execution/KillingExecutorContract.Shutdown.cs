using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

// Limits, room and the ways to end.
public abstract partial class KillingExecutorContract
{
    [Fact]
    public async Task Shutdown_WithKill_EndsEverything()
    {
        IExecutor executor = Create(2);
        using var gate = new Gate();
        Future<int>[] running = [executor.Submit(Work.Defy, gate.Path), executor.Submit(Work.Defy, gate.Path)];
        Visitor[] visitors = await gate.NextAsync(2);
        Future<int>[] waiting = [.. Enumerable.Range(0, 30).Select(number => executor.Submit(Work.Add, number, 0))];

        await executor.ShutdownAsync(ShutdownMode.Kill, Waits.Hang).InTime();

        Assert.All([.. running, .. waiting], static future => Assert.True(future.IsDone));
        await Task.WhenAll(running.Concat(waiting).Select(static future => future.IsCancelled()));
        await Task.WhenAll(visitors.Select(static visitor => visitor.GoneAsync()));
        await executor.DisposeAsync();
    }

    [Fact]
    public async Task Shutdown_ThatTakesTooLong_KillsAndSaysSo()
    {
        IExecutor executor = Create(1);
        using var gate = new Gate();
        Future<int> running = executor.Submit(Work.Defy, gate.Path);
        await gate.NextAsync();
        Future<int> waiting = executor.Submit(Work.Add, 1, 2);

        Assert.False(await executor.ShutdownAsync(ShutdownMode.Drain, TimeSpan.FromMilliseconds(200)).InTime());

        Assert.True(running.IsDone && waiting.IsDone);
        await running.IsCancelled();
        await waiting.IsCancelled();
        await executor.DisposeAsync();
    }

    [Fact]
    public async Task Shutdown_MadeHarder_EndsWhatTheFirstWaitsFor()
    {
        IExecutor executor = Create(1);
        using var gate = new Gate();
        Future<int> running = executor.Submit(Work.Defy, gate.Path);
        await gate.NextAsync();
        Task<bool> drain = executor.ShutdownAsync(ShutdownMode.Drain, Timeout.InfiniteTimeSpan);

        await executor.ShutdownAsync(ShutdownMode.Kill, Waits.Hang).InTime();

        await drain.InTime();
        await running.IsCancelled();
        await executor.DisposeAsync();
    }
}

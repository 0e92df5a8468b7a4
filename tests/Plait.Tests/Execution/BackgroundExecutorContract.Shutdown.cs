using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

// Limits, room and the ways to end.
public abstract partial class BackgroundExecutorContract
{
    [Fact]
    public async Task Submit_ToAFullExecutorThatRefuses_ThrowsUntilThereIsRoom()
    {
        await using IExecutor executor = Create(new ExecutorSettings { Workers = 1, QueueLimit = 2, RefusesWhenFull = true });
        using var gate = new Gate();
        Future<int>[] busy = await OccupyAsync(executor, gate, 1);
        var accepted = new List<Future<int>>();

        ExecutorFullException full = Assert.Throws<ExecutorFullException>(() =>
        {
            // One may be with the worker already; more than that and the limit there cannot be.
            for (int i = 0; i < 10; i++)
            {
                accepted.Add(executor.Submit(Work.Add, i, 0));
            }
        });

        Assert.Equal(2, accepted.Count);
        Assert.Contains("2 pending", full.Message, StringComparison.Ordinal);
        Task room = executor.WaitForRoomAsync().AsTask();
        Assert.False(room.IsCompleted);
        Assert.True(accepted[0].Cancel());
        await room.InTime();
        accepted.Add(executor.Submit(Work.Add, 7, 0));
        Assert.Throws<ExecutorFullException>(() => executor.Submit(Work.Add, 8, 0));
        gate.Open();
        int[] values = await Task.WhenAll(accepted.Skip(1).Select(static future => future.Task)).InTime();
        Assert.Equal([1, 7], values);
        await busy[0].InTime();
        await executor.WaitForRoomAsync().AsTask().InTime();
    }

    [Fact]
    public async Task Submit_ToAFullExecutorThatWaits_BlocksUntilThereIsRoom()
    {
        await using IExecutor executor = Create(new ExecutorSettings { Workers = 1, QueueLimit = 2 });
        using var gate = new Gate();
        Future<int>[] busy = await OccupyAsync(executor, gate, 1);
        int submitted = 0;
        var futures = new List<Future<int>>();
        var submitter = new Thread(() =>
        {
            for (int i = 0; i < 20; i++)
            {
                futures.Add(executor.Submit(Work.Add, i, 0));
                Interlocked.Increment(ref submitted);
            }
        });

        submitter.Start();
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref submitted) == 2 && submitter.ThreadState.HasFlag(ThreadState.WaitSleepJoin), Waits.Hang));
        Assert.Equal(2, executor.GetStatistics().Pending);
        gate.Open();

        Assert.True(submitter.Join(Waits.Hang));
        Assert.Equal(Enumerable.Range(0, 20), await Task.WhenAll(futures.Select(static future => future.Task)).InTime());
        await busy[0].InTime();
    }

    [Fact]
    public async Task WaitForRoomAsync_WithATokenThatIsCancelled_EndsTheWait()
    {
        await using IExecutor executor = Create(new ExecutorSettings { Workers = 1, QueueLimit = 1 });
        using var gate = new Gate();
        using var source = new CancellationTokenSource();
        Future<int>[] busy = await OccupyAsync(executor, gate, 1);
        Future<int> waiting = executor.Submit(Work.Add, 1, 2);
        Task room = executor.WaitForRoomAsync(source.Token).AsTask();

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(room.InTime);
        gate.Open();
        await waiting.InTime();
        await busy[0].InTime();
    }

    [Fact]
    public async Task Shutdown_WithCancelPending_FinishesWhatRunsOnly()
    {
        IExecutor executor = Create(2);
        using var gate = new Gate();
        string note = NewPath();
        Future<int>[] running = await OccupyAsync(executor, gate, 2);
        Future[] waiting = [.. Enumerable.Range(0, 30).Select(number => executor.Submit(Work.Note, note, $"{number}"))];

        Task<bool> shutdown = executor.ShutdownAsync(ShutdownMode.CancelPending, Waits.Hang);
        await Task.WhenAll(waiting.Select(static future => future.IsCancelled()));
        Assert.False(shutdown.IsCompleted);
        Assert.All(running, static future => Assert.Equal(FutureState.Running, future.State));
        gate.Open();

        Assert.True(await shutdown.InTime());
        Assert.All(running, static future => Assert.Equal(FutureState.Succeeded, future.State));
        Assert.Empty(Lines(note));
        await executor.DisposeAsync();
    }

    [Fact]
    public async Task Dispose_ThatTakesTooLong_EndsWhatIsLeft()
    {
        IExecutor executor = Create(new ExecutorSettings { Workers = 1, DisposeTimeout = TimeSpan.FromMilliseconds(300) });
        using var gate = new Gate();
        Future<int> running = executor.Submit(Gate.Pass, gate.Path);
        Future<int> waiting = executor.Submit(Work.Add, 1, 2);
        await gate.NextAsync();

        // The grace of a function that is asked to stop is longer than this test may take.
        await executor.DisposeAsync().AsTask().InTime();

        Assert.True(running.IsDone && waiting.IsDone);
        await running.IsCancelled();
        await waiting.IsCancelled();
    }

    [Fact]
    public async Task Submit_AfterTheShutdown_IsRefusedWithTheName()
    {
        IExecutor executor = Create(1);
        using var gate = new Gate();
        Future<int>[] busy = await OccupyAsync(executor, gate, 1);
        Task<bool> shutdown = executor.ShutdownAsync(ShutdownMode.Drain, Waits.Hang);

        Assert.Contains(executor.Name, Assert.Throws<ExecutorClosedException>(() => executor.Submit(Work.Add, 1, 2)).Message, StringComparison.Ordinal);
        gate.Open();
        await shutdown.InTime();
        Assert.Throws<ExecutorClosedException>(() => executor.Submit(Work.Add, 1, 2));
        await executor.DisposeAsync();
        Assert.Throws<ExecutorClosedException>(() => executor.Submit(Work.Add, 1, 2));
        await busy[0].InTime();
    }

    [Fact]
    public async Task Shutdown_Again_WaitsForTheSameEnd()
    {
        IExecutor executor = Create(1);
        using var gate = new Gate();
        Future<int>[] busy = await OccupyAsync(executor, gate, 1);

        Task<bool> first = executor.ShutdownAsync(ShutdownMode.Drain, Waits.Hang);
        Task<bool> second = executor.ShutdownAsync(ShutdownMode.Drain, Waits.Hang);
        Assert.False(second.IsCompleted);
        gate.Open();

        Assert.True(await first.InTime());
        Assert.True(await second.InTime());
        Assert.True(executor.Shutdown(ShutdownMode.Kill, TimeSpan.Zero));
        executor.Dispose();
        await executor.DisposeAsync();
        Assert.Equal(FutureState.Succeeded, busy[0].State);
    }

    [Fact]
    public async Task Submit_WhileItIsShutDown_EndsOrIsRefused()
    {
        for (int round = 0; round < 5; round++)
        {
            IExecutor executor = Create(1);
            await executor.Submit(Work.Add, 1, 2).InTime();
            var futures = new List<Future<int>>();
            var submitter = new Thread(() =>
            {
                try
                {
                    while (true)
                    {
                        futures.Add(executor.Submit(Work.Add, futures.Count, 0));
                    }
                }
                catch (ExecutorClosedException)
                {
                    // The race is lost, as it must be some time.
                }
            });
            submitter.Start();
            SpinWait.SpinUntil(() => Volatile.Read(ref futures).Count > 10 * round, Waits.Hang);

            await executor.ShutdownAsync(ShutdownMode.CancelPending, Waits.Hang).InTime();

            Assert.True(submitter.Join(Waits.Hang));
            Assert.All(futures, static future => Assert.True(future.State is FutureState.Succeeded or FutureState.Cancelled, future.ToString()));
            await executor.DisposeAsync();
        }
    }

    [Fact]
    public async Task WaitForRoomAsync_WhileItIsShutDown_Ends()
    {
        IExecutor executor = Create(new ExecutorSettings { Workers = 1, QueueLimit = 1 });
        using var gate = new Gate();
        Future<int>[] busy = await OccupyAsync(executor, gate, 1);
        Future<int> waiting = executor.Submit(Work.Add, 1, 2);
        Task room = executor.WaitForRoomAsync().AsTask();
        var blocked = new TaskCompletionSource<Exception?>();
        var submitter = new Thread(() => blocked.SetResult(Record.Exception(() => { _ = executor.Submit(Work.Add, 1, 2); })));
        submitter.Start();
        Assert.True(SpinWait.SpinUntil(() => submitter.ThreadState.HasFlag(ThreadState.WaitSleepJoin), Waits.Hang));

        Task<bool> shutdown = executor.ShutdownAsync(ShutdownMode.CancelPending, Waits.Hang);

        Assert.IsType<ExecutorClosedException>(await blocked.Task.InTime());
        Exception? ofRoom = await Record.ExceptionAsync(room.InTime);
        Assert.True(ofRoom is null or ExecutorClosedException, $"{ofRoom}");
        gate.Open();
        Assert.True(await shutdown.InTime());
        await waiting.IsCancelled();
        await busy[0].InTime();
        await executor.DisposeAsync();
    }
}

using Plait.Tests.Execution;
using Plait.Synchronization;
using Plait.Threads;
using Xunit;

namespace Plait.Tests.Threads;

/// <summary>Waiting for threads, and what may not be waited for.</summary>
public sealed class WorkerThreadJoinTests : ThreadTest
{
    private readonly ManualResetEventSlim _gate = new();

    protected override void OnEnd() => _gate.Set();

    [Fact]
    public void Join_FromSeveralThreads_LetsAllOfThemGoOn()
    {
        WorkerThread thread = WorkerThread.Start(() => InTime(_gate));
        using var joining = new CountdownEvent(4);
        WorkerThread<bool>[] joiners = [.. Enumerable.Range(0, 4).Select(_ => WorkerThread.Start(() =>
        {
            joining.Signal();
            return thread.Join(Waits.Hang);
        }))];

        Assert.True(joining.Wait(Waits.Hang));
        _gate.Set();

        Assert.All(joiners, static joiner => Assert.True(joiner.Result));
        Assert.False(thread.IsAlive);
    }

    [Fact]
    public void Join_WithATimeout_TellsWhetherItHasEnded()
    {
        WorkerThread thread = WorkerThread.Start(() => InTime(_gate));

        Assert.False(thread.Join(TimeSpan.Zero));
        Assert.False(thread.Join(TimeSpan.FromMilliseconds(1)));
        Assert.True(thread.IsAlive);
        _gate.Set();
        Assert.True(thread.Join(Waits.Hang));
        Assert.True(thread.Join(TimeSpan.Zero));
        thread.Join();
    }

    [Fact]
    public async Task JoinAsync_WithATimeout_TellsWhetherItHasEnded()
    {
        WorkerThread thread = WorkerThread.Start(() => InTime(_gate));

        Assert.False(await thread.JoinAsync(TimeSpan.Zero));
        Assert.False(await thread.JoinAsync(TimeSpan.FromMilliseconds(1)));
        Task<bool> join = thread.JoinAsync();
        Assert.False(join.IsCompleted);
        _gate.Set();
        Assert.True(await join.InTime());
        await thread.Ended.InTime();
    }

    [Fact]
    public async Task Join_WithACancelledToken_LeavesTheThreadAlone()
    {
        using var source = new CancellationTokenSource();
        WorkerThread thread = WorkerThread.Start(() => InTime(_gate));
        Task<bool> waiting = thread.JoinAsync(cancellationToken: source.Token);

        await source.CancelAsync();

        Assert.Throws<OperationCanceledException>(() => thread.Join(source.Token));
        Assert.Throws<OperationCanceledException>(() => thread.Join(Waits.Hang, source.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.InTime());
        Assert.True(thread.IsAlive);
    }

    [Fact]
    public async Task Join_WithABadTimeout_IsRefusedWithIt()
    {
        WorkerThread thread = WorkerThread.Start(() => InTime(_gate));

        ArgumentOutOfRangeException refused = Assert.Throws<ArgumentOutOfRangeException>(() => thread.Join(TimeSpan.FromSeconds(-2)));

        Assert.Equal(TimeSpan.FromSeconds(-2), refused.ActualValue);
        Assert.Throws<ArgumentOutOfRangeException>(() => thread.Join(TimeSpan.FromDays(25)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => thread.JoinAsync(TimeSpan.FromSeconds(-2)));
    }

    [Fact]
    public async Task Join_ByTheThreadItself_IsRefused()
    {
        WorkerThread<string[]> thread = WorkerThread.Start(static async () =>
        {
            WorkerThread self = WorkerThread.Current;
            InvalidOperationException sync = Assert.Throws<InvalidOperationException>(self.Join);
            InvalidOperationException all = Assert.Throws<InvalidOperationException>(() => WorkerThread.WaitAll([self]));
            InvalidOperationException async = await Assert.ThrowsAsync<InvalidOperationException>(() => self.JoinAsync());
            InvalidOperationException awaited = await Assert.ThrowsAsync<InvalidOperationException>(async () => await self);
            return new[] { sync.Message, all.Message, async.Message, awaited.Message };
        });

        Assert.All(await thread, message => Assert.Equal($"Thread '{thread.Name}' cannot join itself: it would wait for ever.", message));
    }

    [Fact]
    public async Task Join_BeforeTheStart_IsRefusedLikeEverythingThatNeedsAThread()
    {
        WorkerThread<int> thread = WorkerThread.Create(static () => 1, "idle");

        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(thread.Join);

        Assert.Equal("Thread 'idle' has not been started. Call Start() first.", refused.Message);
        Assert.Throws<InvalidOperationException>(() => thread.NativeId);
        Assert.Throws<InvalidOperationException>(() => thread.ManagedId);
        Assert.Throws<InvalidOperationException>(() => { _ = thread.Ended; });
        Assert.Throws<InvalidOperationException>(() => thread.Result);
        Assert.Throws<InvalidOperationException>(thread.RequestStop);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await thread);
        Assert.Equal((false, null, null), (thread.IsAlive, thread.Outcome, thread.Exception));
    }

    [Fact]
    public async Task Await_OfThreadsThatFailed_ThrowsWhatTheyThrew()
    {
        using var errors = new ErrorOutput();
        WorkerThread plain = WorkerThread.Start(static () => throw new FormatException("plain"));
        WorkerThread<int> valued = WorkerThread.Start(static int () => throw new FormatException("valued"));
        WorkerThread<int> async = WorkerThread.Start(static async () =>
        {
            await Task.Yield();
            return int.Parse("async");
        });

        Assert.Equal("plain", (await Assert.ThrowsAsync<FormatException>(async () => await plain)).Message);
        Assert.Equal("valued", (await Assert.ThrowsAsync<FormatException>(async () => await valued)).Message);
        Assert.Equal("valued", Assert.Throws<FormatException>(() => valued.Result).Message);
        Assert.Contains("async", (await Assert.ThrowsAsync<FormatException>(() => async.GetResultAsync())).Message, StringComparison.Ordinal);
        plain.Join();
    }

    [Fact]
    public async Task GetResultAsync_WithACancelledToken_LeavesTheThreadAlone()
    {
        WorkerThread<int> thread = WorkerThread.Start(() =>
        {
            InTime(_gate);
            return 7;
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => thread.GetResultAsync(new CancellationToken(canceled: true)));

        _gate.Set();
        Assert.Equal(7, await thread);
    }

    [Fact]
    public void WaitAll_OfThreads_WaitsForTheLast()
    {
        WorkerThread first = WorkerThread.Start(static () => { });
        WorkerThread last = WorkerThread.Start(() => InTime(_gate));

        Assert.False(WorkerThread.WaitAll([Joined(first), last], TimeSpan.Zero));
        _gate.Set();
        Assert.True(WorkerThread.WaitAll([first, last], Waits.Hang));
        Assert.Throws<ArgumentException>(static () => WorkerThread.WaitAll([]));
        Assert.Throws<ArgumentException>(() => WorkerThread.WaitAll([first, null!]));
    }

    [Fact]
    public void WaitAny_OfThreads_GivesThoseThatHaveEnded()
    {
        WorkerThread last = WorkerThread.Start(() => InTime(_gate));
        Assert.Empty(WorkerThread.WaitAny([last], TimeSpan.Zero));

        WorkerThread first = WorkerThread.Start(static () => { });

        Assert.Equal([first], WorkerThread.WaitAny([last, first], Waits.Hang));
        _gate.Set();
        _ = Joined(last);
        Assert.Equal([last, first], WorkerThread.WaitAny([last, first]));
    }

    [Fact]
    public void Join_OfAThreadThatEndedHolding_FindsWhatItHeldAbandonedAndFree()
    {
        using var scope = ThreadScope.Create();
        ILock gate = scope.CreateLock();
        WorkerThread thread = WorkerThread.Start(() => _ = gate.Acquire(), "mortal");

        _ = Joined(thread);

        Assert.True(gate.TryAcquire(out Hold hold));
        Assert.True(hold.IsAbandoned);
        Assert.Equal(thread.NativeId, hold.AbandonedBy!.ThreadId);
        hold.Release();
        Assert.True(gate.TryAcquire(out Hold next));
        Assert.False(next.IsAbandoned);
        next.Release();
    }
}

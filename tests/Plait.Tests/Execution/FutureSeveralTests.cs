using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

/// <summary>Waiting for several futures, and taking them as they end.</summary>
public sealed class FutureSeveralTests : ExecutorTest
{
    private static TestFuture<int>[] Make(int count) => [.. Enumerable.Range(0, count).Select(static _ => new TestFuture<int>())];

    [Fact]
    public void Wait_ForNone_ReturnsAtOnce()
    {
        FutureSplit<Future> split = Future.Wait(Array.Empty<Future>());

        Assert.Empty(split.Done);
        Assert.Empty(split.NotDone);
        Assert.Empty(Future.AsCompleted(Array.Empty<Future>()));
    }

    [Fact]
    public async Task Wait_ForAll_ReturnsWhenTheLastHasEnded()
    {
        TestFuture<int>[] futures = Make(3);
        futures[1].Fail(new InvalidDataException("one fails"));
        Task<FutureSplit<TestFuture<int>>> wait = Task.Run(() => Future.Wait(futures));
        futures[2].Succeed(2);
        Assert.False(wait.IsCompleted);

        futures[0].Succeed(0);

        FutureSplit<TestFuture<int>> split = await wait.WaitAsync(Waits.Hang);
        Assert.Equal(futures, split.Done);
        Assert.Empty(split.NotDone);
    }

    [Fact]
    public async Task Wait_ForTheFirst_ReturnsWithIt()
    {
        TestFuture<int>[] futures = Make(4);
        Task<FutureSplit<TestFuture<int>>> wait = Future.WaitAsync(futures, WaitFor.FirstCompleted);
        Assert.False(wait.IsCompleted);

        futures[2].Succeed(2);

        FutureSplit<TestFuture<int>> split = await wait.WaitAsync(Waits.Hang);
        Assert.Equal([futures[2]], split.Done);
        Assert.Equal([futures[0], futures[1], futures[3]], split.NotDone);
    }

    [Fact]
    public void Wait_ForTheFirstOfSomeThatHaveEnded_ReturnsAtOnce()
    {
        TestFuture<int>[] futures = Make(3);
        futures[0].Succeed(0);
        futures[2].Succeed(2);

        FutureSplit<TestFuture<int>> split = Future.Wait(futures, WaitFor.FirstCompleted);

        Assert.Equal([futures[0], futures[2]], split.Done);
    }

    [Fact]
    public async Task Wait_ForTheFirstException_GoesOnThroughSuccessAndCancellation()
    {
        TestFuture<int>[] futures = Make(4);
        Task<FutureSplit<TestFuture<int>>> wait = Future.WaitAsync(futures, WaitFor.FirstException);
        futures[0].Succeed(0);
        futures[1].Cancel();
        Assert.False(wait.IsCompleted);

        futures[3].Fail(new InvalidDataException("wrong"));

        Assert.Equal([futures[2]], (await wait.WaitAsync(Waits.Hang)).NotDone);
    }

    [Fact]
    public async Task Wait_ForAnExceptionThatNeverComes_ReturnsWithTheLast()
    {
        TestFuture<int>[] futures = Make(2);
        Task<FutureSplit<TestFuture<int>>> wait = Future.WaitAsync(futures, WaitFor.FirstException);
        futures[0].Succeed(0);

        futures[1].Succeed(1);

        Assert.Empty((await wait.WaitAsync(Waits.Hang)).NotDone);
    }

    [Fact]
    public async Task Wait_UntilItsTimeIsOver_SaysWhatHasNotEnded()
    {
        TestFuture<int>[] futures = Make(2);
        futures[1].Succeed(1);

        FutureSplit<TestFuture<int>> split = Future.Wait(futures, timeout: TimeSpan.FromMilliseconds(20));
        FutureSplit<TestFuture<int>> again = await Future.WaitAsync(futures, timeout: TimeSpan.FromMilliseconds(20));

        Assert.Equal([futures[0]], split.NotDone);
        Assert.Equal([futures[0]], again.NotDone);
    }

    [Fact]
    public async Task Wait_WithATokenThatIsCancelled_EndsTheWait()
    {
        TestFuture<int>[] futures = Make(1);
        using var source = new CancellationTokenSource();
        Task blocking = Task.Run(() => Future.Wait(futures, cancellationToken: source.Token));
        Task waiting = Future.WaitAsync(futures, cancellationToken: source.Token);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => blocking.WaitAsync(Waits.Hang));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Waits.Hang));
    }

    [Fact]
    public void Wait_WithWrongArguments_IsRefused()
    {
        Assert.Throws<ArgumentNullException>(() => Future.Wait<Future>(null!));
        Assert.Throws<ArgumentNullException>(() => Future.Wait<Future>([null!]));
        Assert.Contains("-00:00:01", Assert.Throws<ArgumentOutOfRangeException>(() => Future.Wait(Make(1), timeout: TimeSpan.FromSeconds(-1))).Message, StringComparison.Ordinal);
        Assert.Contains("9", Assert.Throws<ArgumentOutOfRangeException>(() => Future.Wait(Make(1), (WaitFor)9)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AsCompleted_OfSomeThatHaveEnded_GivesThoseFirst()
    {
        TestFuture<int>[] futures = Make(4);
        futures[3].Succeed(3);
        futures[1].Succeed(1);
        using IEnumerator<TestFuture<int>> each = Future.AsCompleted(futures).GetEnumerator();

        Assert.True(each.MoveNext());
        Assert.Same(futures[1], each.Current);
        Assert.True(each.MoveNext());
        Assert.Same(futures[3], each.Current);
        futures[2].Succeed(2);
        futures[0].Fail(new InvalidDataException("no matter"));
        Assert.True(each.MoveNext());
        Assert.Same(futures[2], each.Current);
        Assert.True(each.MoveNext());
        Assert.Same(futures[0], each.Current);
        Assert.False(each.MoveNext());
    }

    [Fact]
    public void AsCompleted_OfOneGivenTwice_GivesItOnce()
    {
        TestFuture<int>[] futures = Make(2);
        futures[0].Succeed(0);
        futures[1].Succeed(1);

        Assert.Equal(futures, Future.AsCompleted([futures[0], futures[1], futures[0], futures[0]]));
    }

    [Fact]
    public async Task AsCompleted_UntilItsTimeIsOver_GivesWhatThereIsAndSaysHowManyAreLeft()
    {
        TestFuture<int>[] futures = Make(3);
        futures[1].Succeed(1);
        var seen = new List<Future>();

        TimeoutException late = Assert.Throws<TimeoutException>(() => seen.AddRange(Future.AsCompleted(futures, TimeSpan.FromMilliseconds(20))));
        TimeoutException asyncLate = await Assert.ThrowsAsync<TimeoutException>(async () =>
        {
            await foreach (TestFuture<int> future in Future.AsCompletedAsync(futures, TimeSpan.FromMilliseconds(20)))
            {
                seen.Add(future);
            }
        });

        Assert.Contains("2 of 3", late.Message, StringComparison.Ordinal);
        Assert.Contains("2 of 3", asyncLate.Message, StringComparison.Ordinal);
        Assert.Contains(futures[1], seen);
    }

    [Fact]
    public async Task AsCompleted_OfDifferentExecutors_GivesAllOfThem()
    {
        await using var threads = new ThreadExecutor(2);
        await using var inline = new InlineExecutor();
        Future<int>[] futures = [.. Enumerable.Range(0, 200).Select(number => (number % 2 == 0 ? (IExecutor)threads : inline).Submit(Work.Add, number, 0))];
        var seen = new HashSet<int>();

        await foreach (Future<int> future in Future.AsCompletedAsync(futures))
        {
            Assert.True(seen.Add(future.Result()));
        }

        Assert.Equal(200, seen.Count);
    }

    [Fact]
    public async Task AsCompleted_WhileThousandsEnd_LosesNone()
    {
        TestFuture<int>[] futures = Make(20_000);
        Task end = Task.WhenAll(Enumerable.Range(0, 2).Select(half => Task.Run(() =>
        {
            for (int i = half; i < futures.Length; i += 2)
            {
                futures[i].Succeed(i);
            }
        })));

        int[] seen = [.. Future.AsCompleted(futures).Select(static future => future.Result())];

        await end.WaitAsync(Waits.Hang);
        Assert.Equal(Enumerable.Range(0, futures.Length), seen.Order());
    }

    [Fact]
    public void Wait_ForTheFirstAgainAndAgain_LeavesNothingAtThoseThatGoOn()
    {
        TestFuture<int> endless = new();

        for (int i = 0; i < 1000; i++)
        {
            TestFuture<int> quick = new();
            quick.Succeed(i);
            Assert.Equal([quick], Future.Wait([endless, quick], WaitFor.FirstCompleted).Done);
        }

        Assert.InRange(endless.ObserverCount, 0, 1);
    }

    [Fact]
    public async Task Await_OfOneFutureByThousands_GoesOnForEach()
    {
        TestFuture<int> future = new();
        Task<int>[] waits = [.. Enumerable.Range(0, 20_000).Select(async _ => await future)];

        future.Succeed(5);

        Assert.All(await Task.WhenAll(waits).WaitAsync(Waits.Hang), static value => Assert.Equal(5, value));
    }

    [Fact]
    public async Task Await_InAContext_GoesOnThere()
    {
        TestFuture<int> future = new();
        var seen = new TaskCompletionSource<string?>();
        var thread = new Thread(() => Plait.Threads.ThreadContext.Run(async () =>
        {
            await future;
            seen.SetResult(Thread.CurrentThread.Name);
        }).GetAwaiter().GetResult())
        { Name = "home" };
        thread.Start();

        future.Succeed(1);

        Assert.Equal("home", await seen.Task.WaitAsync(Waits.Hang));
        Assert.True(thread.Join(Waits.Hang));
    }
}

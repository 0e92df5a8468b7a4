using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes;

/// <summary>Waiting for one child and for many.</summary>
public sealed class ChildProcessJoinTests : ProcessTest
{
    private static readonly ChildProcessOptions s_piped = new() { StandardOutput = ChildOutput.Pipe };

    [Fact]
    public void Join_BeforeTheStart_IsRefused()
    {
        using var child = ChildProcess.Create(static () => 1);

        Assert.Throws<InvalidOperationException>(child.Join);
        Assert.Throws<InvalidOperationException>(() => child.Join(TimeSpan.Zero, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task JoinAsync_BeforeTheStart_IsRefused()
    {
        using var child = ChildProcess.Create(static () => 1);

        await Assert.ThrowsAsync<InvalidOperationException>(() => child.JoinAsync(cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Join_OfAChildThatRuns_ReturnsFalseWhenTheTimeIsUp()
    {
        using var child = ChildProcess.StartProgram("sleep", ["100"]);
        long start = TimeProvider.System.GetTimestamp();

        Assert.False(child.Join(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken));
        Assert.True(TimeProvider.System.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(45));
        Assert.False(child.Join(TimeSpan.Zero, TestContext.Current.CancellationToken));
        Assert.Null(child.Outcome);
    }

    [Fact]
    public void Join_OfAChildThatHasEnded_ReturnsTrueEveryTime()
    {
        using var child = ChildProcess.Start(static () => 1);

        child.Join();
        child.Join();
        Assert.True(child.Join(TimeSpan.Zero, TestContext.Current.CancellationToken));
        Assert.True(child.Join(Timeout.InfiniteTimeSpan, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Join_WithANegativeTimeout_IsRefused()
    {
        using var child = ChildProcess.Start(static () => 1);

        Assert.Throws<ArgumentOutOfRangeException>(() => child.Join(TimeSpan.FromMilliseconds(-2), TestContext.Current.CancellationToken));
        Assert.Throws<ArgumentOutOfRangeException>(() => child.Join(TimeSpan.FromDays(25), TestContext.Current.CancellationToken));
        Assert.Throws<ArgumentOutOfRangeException>(() => ChildProcess.WaitAny([child], TimeSpan.FromSeconds(-1), TestContext.Current.CancellationToken));
        Assert.Equal(1, child.Result);
    }

    [Fact]
    public async Task JoinAsync_WithANegativeTimeout_IsRefused()
    {
        using var child = ChildProcess.Start(static () => 1);

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => child.JoinAsync(TimeSpan.FromMilliseconds(-2), TestContext.Current.CancellationToken));
        Assert.True(await child.JoinAsync(cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task JoinAsync_OfAChildThatRuns_EndsByTimeOrToken()
    {
        using var child = ChildProcess.StartProgram("sleep", ["100"]);
        using var source = new CancellationTokenSource();

        Assert.False(await child.JoinAsync(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken));
        Task<bool> join = child.JoinAsync(cancellationToken: source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => join);
        Assert.True(child.IsAlive);
    }

    [Fact]
    public async Task Join_WithATokenThatIsCancelled_EndsTheWaitAndNotTheChild()
    {
        using var child = ChildProcess.StartProgram("sleep", ["100"]);
        using var source = new CancellationTokenSource();
        Task<bool> join = Task.Run(() => child.Join(Timeout.InfiniteTimeSpan, source.Token), TestContext.Current.CancellationToken);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => join);
        Assert.True(child.IsAlive);
    }

    [Fact]
    public async Task Join_BySeveralThreads_ReleasesAllOfThem()
    {
        using var child = ChildProcess.Start(InChild.SayReadyAndWait, s_piped);
        Task[] joins = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(child.Join, TestContext.Current.CancellationToken))];
        AwaitReady(child);

        child.Kill();

        await Task.WhenAll(joins);
        Assert.False(child.IsAlive);
    }

    [Fact]
    public async Task Exited_OfAChildThatThrew_CompletesWithoutError()
    {
        using var child = ChildProcess.Start(static int () => throw new InvalidOperationException("no"));

        await child.Exited.WaitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(ChildOutcomeKind.Threw, child.Outcome!.Kind);
    }

    [Fact]
    public async Task GetResultAsync_WithATokenThatIsCancelled_EndsTheWait()
    {
        using var child = ChildProcess.Start(WaitForNumber);
        using var source = new CancellationTokenSource();
        Task<int> result = child.GetResultAsync(source.Token);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => result);
    }

    [Fact]
    public void Sentinel_OfChildren_WorksTogetherWithOtherHandles()
    {
        using var first = ChildProcess.StartProgram("sleep", ["100"]);
        using var second = ChildProcess.StartProgram("sleep", ["100"]);
        using var other = new ManualResetEvent(initialState: false);
        WaitHandle[] handles = [first.Sentinel, other, second.Sentinel];

        Assert.Equal(WaitHandle.WaitTimeout, WaitHandle.WaitAny(handles, 0));
        second.Kill();
        Assert.Equal(2, WaitHandle.WaitAny(handles));
        other.Set();
        Assert.Equal(1, WaitHandle.WaitAny(handles));
        first.Kill();
        Assert.True(WaitHandle.WaitAll(handles, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void WaitAny_OfAHundredChildren_ReturnsTheOneThatEnded()
    {
        ChildProcess[] children = [.. Enumerable.Range(0, 100).Select(static _ => ChildProcess.StartProgram("sleep", ["100"]))];

        Assert.Empty(ChildProcess.WaitAny(children, TimeSpan.Zero, TestContext.Current.CancellationToken));
        Assert.False(ChildProcess.WaitAll(children, TimeSpan.Zero, TestContext.Current.CancellationToken));
        children[77].Kill();
        Assert.Equal([children[77]], ChildProcess.WaitAny(children, cancellationToken: TestContext.Current.CancellationToken));
        children[3].Kill();
        children[3].Join();
        Assert.Equal([children[3], children[77]], ChildProcess.WaitAny(children, cancellationToken: TestContext.Current.CancellationToken));

        Assert.All(children, static child => child.Kill());
        Assert.True(ChildProcess.WaitAll(children, cancellationToken: TestContext.Current.CancellationToken));
        Assert.All(children, static child => Assert.Equal(9, child.Outcome!.Signal));
        Assert.All(children, static child => child.Dispose());
    }

    [Fact]
    public void WaitAny_InALoop_CollectsEveryChildAsItEnds()
    {
        var options = new ChildProcessOptions { StandardInput = ChildInput.Pipe, StandardOutput = ChildOutput.Pipe };
        var waiting = new List<ChildProcess>(Enumerable.Range(0, 4).Select(_ => ChildProcess.StartProgram("cat", options: options)));
        ChildProcess[] order = [waiting[2], waiting[0], waiting[3], waiting[1]];
        var said = new List<string?>();
        foreach (ChildProcess next in order)
        {
            Assert.Empty(ChildProcess.WaitAny(waiting, TimeSpan.Zero, TestContext.Current.CancellationToken));
            next.StandardInput!.Write("one\n"u8);
            Assert.Equal("one", ReadLine(next));
            next.StandardInput.Write("two\n"u8);
            next.StandardInput.Dispose();

            ChildProcess ended = Assert.Single(ChildProcess.WaitAny(waiting, cancellationToken: TestContext.Current.CancellationToken));
            Assert.Same(next, ended);

            // What it said before its end is still there to be read.
            said.Add(ReadLine(ended));
            Assert.Null(ReadLine(ended));
            waiting.Remove(ended);
            ended.Dispose();
        }

        Assert.Equal(["two", "two", "two", "two"], said);
    }

    [Fact]
    public void WaitAny_WhenNoneEnds_ReturnsNoneAfterTheTime()
    {
        using var child = ChildProcess.StartProgram("sleep", ["100"]);
        long start = TimeProvider.System.GetTimestamp();

        Assert.Empty(ChildProcess.WaitAny([child], TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken));
        Assert.True(TimeProvider.System.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(45));
    }

    [Fact]
    public async Task WaitAny_WithATokenThatIsCancelled_EndsTheWait()
    {
        using var child = ChildProcess.StartProgram("sleep", ["100"]);
        using var source = new CancellationTokenSource();
        Task wait = Task.Run(() => ChildProcess.WaitAny([child], cancellationToken: source.Token), TestContext.Current.CancellationToken);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }

    [Fact]
    public void WaitAny_OfNothingUsable_IsRefused()
    {
        using var idle = ChildProcess.Create(static () => 1);

        Assert.Throws<ArgumentException>(static () => ChildProcess.WaitAny([], cancellationToken: TestContext.Current.CancellationToken));
        Assert.Throws<ArgumentNullException>(static () => ChildProcess.WaitAny(null!, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Throws<ArgumentException>(static () => ChildProcess.WaitAll([null!], cancellationToken: TestContext.Current.CancellationToken));
        Assert.Throws<InvalidOperationException>(() => ChildProcess.WaitAny([idle], cancellationToken: TestContext.Current.CancellationToken));
    }

    private static int WaitForNumber()
    {
        InChild.WaitForever();
        return 0;
    }
}

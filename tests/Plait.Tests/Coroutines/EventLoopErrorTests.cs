using Plait.Coroutines;
using Plait.Tests.Threads;
using Xunit;

namespace Plait.Tests.Coroutines;

/// <summary>Errors that nobody awaits: each is told once, and the loop goes on.</summary>
public sealed class EventLoopErrorTests : CoroutineTest
{
    [Fact]
    public void UnhandledException_OfAnAsyncVoidMethod_TellsItsCoroutine()
    {
        List<CoroutineFailedEventArgs> told = Told(static async () =>
        {
            Fail();
            await Turns();

            static async void Fail()
            {
                await Coroutine.Yield();
                throw new InvalidTimeZoneException();
            }
        });

        CoroutineFailedEventArgs only = Assert.Single(told);
        Assert.IsType<InvalidTimeZoneException>(only.Exception);
        Assert.Equal("main", only.Coroutine!.Name);
    }

    [Fact]
    public void UnhandledException_OfACallbackThatWasPosted_IsToldAndTheLoopGoesOn()
    {
        List<CoroutineFailedEventArgs> told = Told(static async () =>
        {
            Coroutine.Current!.Post(static _ => throw new InvalidTimeZoneException(), null);
            await Turns();
        });

        Assert.IsType<InvalidTimeZoneException>(Assert.Single(told).Exception);
    }

    [Fact]
    public void UnhandledException_OfACoroutineThatNobodyAwaits_IsToldOnce()
    {
        List<CoroutineFailedEventArgs> told = Told(static async () =>
        {
            Coroutine failing = Coroutine.Spawn(Fail, new CoroutineOptions { Name = "failing" });
            await Turns();
            Assert.Equal(CoroutineState.Failed, failing.State);
        });

        Assert.Equal("failing", Assert.Single(told).Coroutine!.Name);
    }

    [Fact]
    public void UnhandledException_OfACoroutineThatIsAwaited_IsNotTold()
    {
        List<CoroutineFailedEventArgs> told = Told(static async () =>
        {
            await Assert.ThrowsAsync<InvalidTimeZoneException>(async () => await Coroutine.Spawn(Fail));
            await Assert.ThrowsAsync<InvalidTimeZoneException>(() => Coroutine.Spawn(Fail).Task);
            await Assert.ThrowsAsync<InvalidTimeZoneException>(() => Coroutine.Spawn(FailWithResult).Task);
            AggregateException all = await Assert.ThrowsAsync<AggregateException>(() => Coroutine.JoinAll(Coroutine.Spawn(static () => Turns(20)), Coroutine.Spawn(Fail), Coroutine.Spawn(Fail)));
            Assert.Equal(2, all.InnerExceptions.Count);
        });

        Assert.Empty(told);
    }

    [Fact]
    public void UnhandledException_OfAKilledCoroutine_IsNotTold()
    {
        List<CoroutineFailedEventArgs> told = Told(static async () =>
        {
            Coroutine sleeping = Coroutine.Spawn(Forever);
            await Coroutine.Yield();
            sleeping.Kill();
            await Turns();
            Assert.Equal(CoroutineState.Cancelled, sleeping.State);
        });

        Assert.Empty(told);
    }

    [Fact]
    public void UnhandledException_WithAHandlerThatThrows_TellsBothOnStandardError()
    {
        using var output = new ErrorOutput();
        Run(static async () =>
        {
            EventLoop.Current!.UnhandledException += static (_, _) => throw new InvalidTimeZoneException("the handler's");
            _ = Coroutine.Spawn(static () => throw new InvalidDataException("the coroutine's"));
            await Turns();
        });

        Assert.Contains("the handler's", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("the coroutine's", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void UnhandledException_WithoutHandler_IsToldOnStandardError()
    {
        using var output = new ErrorOutput();
        Run(
            static async () =>
            {
                _ = Coroutine.Spawn(Fail, new CoroutineOptions { Name = "lonely" });
                await Turns();
            },
            new EventLoopOptions { Name = "telling", BlockedAfter = Timeout.InfiniteTimeSpan });

        Assert.Contains("coroutine 'lonely' of event loop 'telling'", output.ToString(), StringComparison.Ordinal);
    }

    private static async Task Fail()
    {
        await Coroutine.Yield();
        throw new InvalidTimeZoneException();
    }

    private static async Task<int> FailWithResult()
    {
        await Fail();
        return 1;
    }

    private static List<CoroutineFailedEventArgs> Told(Func<Task> main)
    {
        var told = new List<CoroutineFailedEventArgs>();
        Run(async () =>
        {
            EventLoop.Current!.UnhandledException += (_, failed) => told.Add(failed);
            await main();
        });
        return told;
    }
}

using Plait.Synchronization;
using Plait.Tests.Execution;
using Plait.Tests.Threads;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <summary>What goes to standard error, of which the process has one.</summary>
[Collection(ThreadCollection.Name)]
public sealed class RestartableTimerErrorTests
{
    [Fact]
    public async Task Callback_ThatThrowsWithNobodyListening_IsPrinted()
    {
        using var errors = new ErrorOutput();
        await using RestartableTimer timer = await FailOnce(static _ => { });

        Assert.Contains("A timer's callback threw System.FormatException: no beat", errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CallbackFailed_WhoseHandlerThrows_PrintsBothAndTellsTheOthers()
    {
        using var errors = new ErrorOutput();
        int others = 0;
        await using RestartableTimer timer = await FailOnce(timer =>
        {
            timer.CallbackFailed += static (_, _) => throw new ArithmeticException("broken handler");
            timer.CallbackFailed += (_, _) => others++;
        });

        Assert.Contains("broken handler", errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("no beat", errors.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, others);
    }

    private static async Task<RestartableTimer> FailOnce(Action<RestartableTimer> prepare)
    {
        var time = new ManualTime();
        var begun = new TaskCompletionSource();
        var timer = new RestartableTimer(
            () =>
            {
                begun.SetResult();
                throw new FormatException("no beat");
            },
            TimeSpan.FromSeconds(1),
            timeProvider: time);
        prepare(timer);
        timer.Start();
        time.Advance(TimeSpan.FromSeconds(1));
        await begun.Task.InTime();
        await timer.CancelAsync();
        return timer;
    }
}

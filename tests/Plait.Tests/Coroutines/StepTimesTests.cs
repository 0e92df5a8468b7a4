using System.Diagnostics;
using Plait.Coroutines;
using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Coroutines;

/// <summary>How long steps take, and what is told of one that blocks.</summary>
public sealed class StepTimesTests : CoroutineTest
{
    [Fact]
    public void GetStepTimes_WhereItIsMeasured_HasEveryStep() => Run(
        static async () =>
        {
            await Turns(100);
            long start = Stopwatch.GetTimestamp();
            SpinWait.SpinUntil(() => Stopwatch.GetElapsedTime(start) > TimeSpan.FromMilliseconds(20));
            await Turns(100);
            StepTimes times = EventLoop.Current!.GetStepTimes()!;
            Assert.InRange(times.Total, 200, EventLoop.Current.GetStatistics().Steps);
            Assert.Equal(times.Total, times.Counts.Sum());
            Assert.True(times.Longest >= TimeSpan.FromMilliseconds(20), $"{times.Longest}");
            Assert.True(times.Percentile(0.5) < times.Percentile(1), times.ToString());
            Assert.Equal(times.Longest, times.Percentile(1));
            Assert.Contains(" ms  1", times.ToString(), StringComparison.Ordinal);
            Assert.Throws<ArgumentOutOfRangeException>(() => times.Percentile(0));
        },
        new EventLoopOptions { MeasuresSteps = true, BlockedAfter = Timeout.InfiniteTimeSpan });

    [Fact]
    public void GetStepTimes_WhereNothingIsMeasured_IsNull() => Run(static () =>
    {
        Assert.Null(EventLoop.Current!.GetStepTimes());
        return Task.CompletedTask;
    });

    [Fact]
    public async Task StepBlocked_OfAStepThatBlocksForALock_NamesTheLock()
    {
        using ThreadScope scope = ThreadScope.Create();
        ILock gate = scope.CreateLock("till");
        var told = new TaskCompletionSource<StepBlockedEventArgs>(TaskCreationOptions.RunContinuationsAsynchronously);
        using EventLoop loop = EventLoop.Start(new EventLoopOptions { BlockedAfter = TimeSpan.FromMilliseconds(20) });
        loop.StepBlocked += (_, args) => told.TrySetResult(args);
        Hold hold = gate.Acquire();
        Coroutine blocked = loop.Spawn(() =>
        {
            gate.Acquire().Release();
            return Task.CompletedTask;
        });
        StepBlockedEventArgs args = await told.Task.InTime();
        hold.Release();
        Assert.StartsWith("lock 'till' at StepTimesTests.cs:", args.WaitsFor, StringComparison.Ordinal);
        await blocked.Task.InTime();
    }
}

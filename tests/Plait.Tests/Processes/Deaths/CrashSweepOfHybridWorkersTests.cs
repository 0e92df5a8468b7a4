using Plait.Execution;
using Plait.Memory;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes.Deaths;

/// <summary>As <see cref="CrashSweepOfPoolWorkersTests"/>, where each process runs several tasks at once, and all of them lose it.</summary>
public sealed class CrashSweepOfHybridWorkersTests : ProcessTest
{
    private const int Tasks = 12;

    /// <summary>Point, whether arguments and results lie in bulk space, the how manieth time.</summary>
    public static TheoryData<string, bool, int> Rows => new()
    {
        { nameof(CrashPoint.CallReceived), false, 3 },
        { nameof(CrashPoint.CallReceived), true, 3 },
        { nameof(CrashPoint.CallClaimed), false, 3 },
        { nameof(CrashPoint.FunctionStarting), false, 3 },
        { nameof(CrashPoint.FunctionReturned), false, 3 },
        { nameof(CrashPoint.ResultEncoded), true, 3 },
        { nameof(CrashPoint.ResultSent), false, 2 },
        { nameof(CrashPoint.ResultSent), true, 2 },
        { nameof(CrashPoint.ChildFinished), false, 2 },
        { nameof(CrashPoint.RingWritten), false, 7 },
        { nameof(CrashPoint.RingPublished), false, 7 },
        { nameof(CrashPoint.RingConsumed), false, 7 },
        { nameof(CrashPoint.BulkStored), true, 3 },
        { nameof(CrashPoint.BulkCopied), true, 3 },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Workers_KilledAtAPoint_LoseNoTask(string point, bool isLarge, int count)
    {
        using var family = new Family();
        var options = new HybridExecutorOptions
        {
            Processes = 2,
            TasksPerProcess = 3,
            QuarantineAfter = 100,
            Worker = new ChildProcessOptions { StandardError = ChildOutput.Keep },
        };
        options.Worker.Environment[Family.Variable] = family.Mark;
        options.Worker.Environment[CrashPoints.Variable] = $"child:{point}:{count}";
        await using (var pool = new HybridExecutor(options))
        {
            var retried = new TaskOptions { Retries = 50 };
            int[] numbers = [.. Enumerable.Range(0, 100_000)];
            Future<int>[] small = isLarge ? [] : [.. Enumerable.Range(0, Tasks).Select(number => pool.Submit(SweptCalls.AddBesideSleep, 20, number, retried))];
            Future<int[]>[] large = isLarge ? [.. Enumerable.Range(0, Tasks).Select(_ => pool.Submit(SweptCalls.Negate, numbers, retried))] : [];
            foreach (Future future in small.Concat<Future>(large))
            {
                Assert.Null(await Crash.EndOf(future));
            }

            Assert.Equal(Enumerable.Range(20, small.Length), small.Select(static future => future.Result()));
            Assert.All(large, future => Assert.Equal(numbers.Select(static number => -number), future.Result()));
            await UntilAsync(() => pool.GetStatistics() is { Running: 0, Pending: 0, Succeeded: Tasks, WorkersDied: > 0 });
            Assert.Equal(0, pool.GetStatistics().Failed);
        }

        Assert.Equal(string.Empty, family.WaitUntilGone(Limits.OneSecond()).Left);
    }
}

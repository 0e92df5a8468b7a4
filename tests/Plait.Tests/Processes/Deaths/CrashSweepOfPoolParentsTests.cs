using Plait.Interop;
using Plait.Memory;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes.Deaths;

/// <summary>
/// Kills a process with a pool at each numbered point of its side, on its way through everything that a pool does. Within a
/// second nothing is left: no worker, no spare, none of the foreign programs that its tasks had started.
/// </summary>
public sealed class CrashSweepOfPoolParentsTests
{
    /// <summary>Point, the how manieth time.</summary>
    public static TheoryData<string, int> Rows => new()
    {
        { nameof(CrashPoint.ParentSpawned), 1 },
        { nameof(CrashPoint.ParentSpawned), 3 },
        { nameof(CrashPoint.ParentWatching), 2 },
        { nameof(CrashPoint.ParentReaping), 1 },
        { nameof(CrashPoint.ParentReaping), 2 },
        { nameof(CrashPoint.ParentReceived), 1 },
        { nameof(CrashPoint.ParentReceived), 100 },
        { nameof(CrashPoint.PoolSending), 1 },
        { nameof(CrashPoint.PoolSending), 120 },
        { nameof(CrashPoint.PoolWithdrawn), 1 },
        { nameof(CrashPoint.PoolStopping), 1 },
        { nameof(CrashPoint.PoolEnding), 1 },
        { nameof(CrashPoint.PoolEnding), 3 },
        { nameof(CrashPoint.PoolSuspending), 1 },
        { nameof(CrashPoint.PoolSuspending), 5 },
        { nameof(CrashPoint.PoolSuspended), 2 },
        { nameof(CrashPoint.PoolSuspended), 6 },
        { nameof(CrashPoint.RingWriting), 12 },
        { nameof(CrashPoint.RingWritten), 13 },
        { nameof(CrashPoint.RingPublished), 14 },
        { nameof(CrashPoint.RingRead), 5 },
        { nameof(CrashPoint.RingConsumed), 20 },
        { nameof(CrashPoint.BulkReserved), 1 },
        { nameof(CrashPoint.BulkStored), 1 },
        { nameof(CrashPoint.BulkCopied), 1 },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void PoolOwner_KilledAtAPoint_LeavesNobody(string point, int count)
    {
        using Dummy parent = Dummy.Start(["pools"], (CrashPoints.Variable, $"parent:{point}:{count}"));
        ChildOutcome outcome = parent.Outcome;
        (TimeSpan elapsed, string left) = parent.Family.WaitUntilGone(Limits.OneSecond());
        Assert.True(outcome.Signal == Signals.Kill, $"The point was not reached: {outcome}");
        Assert.Equal(string.Empty, left);
        TestContext.Current.TestOutputHelper?.WriteLine($"all gone after {elapsed.TotalMilliseconds:0} ms");
        Assert.DoesNotContain("survived", parent.ReadToEnd());
    }

    [Fact]
    public void PoolOwner_KilledNowhere_SurvivesAll()
    {
        using Dummy parent = Dummy.Start(["pools"]);

        ChildOutcome outcome = parent.Outcome;

        Assert.True(outcome.IsSuccess, $"{outcome}");
        Assert.Contains("survived", parent.ReadToEnd());
        Assert.Equal(string.Empty, parent.Family.WaitUntilGone(Limits.OneSecond()).Left);
    }
}

using Plait.Interop;
using Plait.Memory;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes.Deaths;

/// <summary>
/// Kills a parent at each numbered point of its side. Within a second nothing is left of what it had started: its
/// children, and the foreign programs that their functions had started.
/// <para>
/// Before the call that is cut the parent starts a bystander, which has a foreign program running; that takes two messages
/// of two writes each, and one start.
/// </para>
/// The points of a child's own life (ChildEntered to ChildFinished) lie on no parent's way; a child that is a parent
/// is in <see cref="CrashSweepOfChildrenTests"/>.
/// </summary>
public sealed class CrashSweepOfParentsTests
{
    // A message that fits the ring is written and published once.
    private const int Writes = 2;
    private const int Starts = 1;

    /// <summary>Point, call, the how manieth time.</summary>
    public static TheoryData<string, string, int> Rows => new()
    {
        { nameof(CrashPoint.ParentSpawned), "small", 1 },
        { nameof(CrashPoint.ParentSpawned), "small", Starts + 1 },
        { nameof(CrashPoint.ParentWatching), "small", 1 },
        { nameof(CrashPoint.ParentWatching), "small", Starts + 1 },
        { nameof(CrashPoint.ParentCalled), "small", 1 },
        { nameof(CrashPoint.ParentCalled), "small", Starts + 1 },
        { nameof(CrashPoint.ParentCalled), "large", Starts + 1 },
        { nameof(CrashPoint.ParentReceived), "small", 1 },
        { nameof(CrashPoint.ParentReceived), "large", 1 },
        { nameof(CrashPoint.ParentReceived), "bulk", 1 },
        { nameof(CrashPoint.ParentReaping), "small", 1 },
        { nameof(CrashPoint.ParentReaping), "bulk", 1 },

        // As the producer of the introduction and the call.
        { nameof(CrashPoint.RingWriting), "small", 1 },
        { nameof(CrashPoint.RingWriting), "small", Writes + 1 },
        { nameof(CrashPoint.RingWriting), "large", Writes + 5 },
        { nameof(CrashPoint.RingWritten), "small", 2 },
        { nameof(CrashPoint.RingWritten), "small", Writes + 2 },
        { nameof(CrashPoint.RingWritten), "large", Writes + 5 },
        { nameof(CrashPoint.RingPublished), "small", 1 },
        { nameof(CrashPoint.RingPublished), "small", Writes + 1 },
        { nameof(CrashPoint.RingPublished), "large", Writes + 5 },

        // The child is not even booted when the ring is full: the parent sleeps.
        { nameof(CrashPoint.RingSleeping), "large", 1 },
        { nameof(CrashPoint.RingFlagTaken), "large", 1 },
        { nameof(CrashPoint.RingBellRung), "large", 1 },

        // As the consumer of the result.
        { nameof(CrashPoint.RingRead), "small", 1 },
        { nameof(CrashPoint.RingRead), "large", 4 },
        { nameof(CrashPoint.RingConsumed), "small", 1 },
        { nameof(CrashPoint.RingConsumed), "large", 4 },
        { nameof(CrashPoint.BulkReserved), "bulk", 1 },
        { nameof(CrashPoint.BulkStored), "bulk", 1 },
        { nameof(CrashPoint.BulkCopied), "bulk", 1 },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Parent_KilledAtAPoint_LeavesNobody(string point, string call, int count)
    {
        using Dummy parent = Dummy.Start(["call", call], (CrashPoints.Variable, $"parent:{point}:{count}"));
        ChildOutcome outcome = parent.Outcome;
        (TimeSpan elapsed, string left) = parent.Family.WaitUntilGone(Limits.OneSecond());
        Assert.Equal(Signals.Kill, outcome.Signal ?? 0);
        Assert.Equal(string.Empty, left);
        TestContext.Current.TestOutputHelper?.WriteLine($"all gone after {elapsed.TotalMilliseconds:0} ms");

        // The output pipe ends with the last process that held it, and the call was never finished.
        Assert.DoesNotContain("survived", parent.ReadToEnd());
    }
}

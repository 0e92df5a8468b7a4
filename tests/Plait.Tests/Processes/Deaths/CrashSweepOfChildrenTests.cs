using Plait.Interop;
using Plait.Memory;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes.Deaths;

/// <summary>
/// Kills a child at each numbered point of its protocol. This process, the parent, learns of it at once and tells the
/// truth, nothing that the child had started stays, and the next child works.
/// </summary>
public sealed class CrashSweepOfChildrenTests
{
    /// <summary>Point, call, the how manieth time, what the outcome must be.</summary>
    public static TheoryData<string, string, int, string> Rows => new()
    {
        // Before anything is mapped, the parent knows only that our code never ran.
        { nameof(CrashPoint.ChildEntered), "small", 1, "BootstrapFailed" },
        { nameof(CrashPoint.ChildMapped), "small", 1, "BootstrapFailed" },
        { nameof(CrashPoint.ChildMapped), "large", 1, "BootstrapFailed" },
        { nameof(CrashPoint.ChildBooted), "small", 1, "Signaled" },
        { nameof(CrashPoint.ChildBooted), "large", 1, "Signaled" },
        { nameof(CrashPoint.FunctionStarting), "small", 1, "Signaled" },
        { nameof(CrashPoint.FunctionReturned), "small", 1, "Signaled" },
        { nameof(CrashPoint.ResultEncoded), "small", 1, "Signaled" },
        { nameof(CrashPoint.ResultEncoded), "bulk", 1, "Signaled" },

        // What is sent is sent: the result counts, however the process ended.
        { nameof(CrashPoint.ResultSent), "small", 1, "Returned" },
        { nameof(CrashPoint.ResultSent), "large", 1, "Returned" },
        { nameof(CrashPoint.ResultSent), "bulk", 1, "Returned" },
        { nameof(CrashPoint.ChildFinished), "small", 1, "Returned" },
        { nameof(CrashPoint.ChildFinished), "bulk", 1, "Returned" },

        // As the producer of its result: written and published at once when it fits, else piece by piece.
        { nameof(CrashPoint.RingWriting), "small", 1, "Signaled" },
        { nameof(CrashPoint.RingWriting), "large", 5, "Signaled" },
        { nameof(CrashPoint.RingWritten), "small", 1, "Signaled" },
        { nameof(CrashPoint.RingWritten), "large", 5, "Signaled" },
        { nameof(CrashPoint.RingPublished), "small", 1, "Returned" },
        { nameof(CrashPoint.RingPublished), "large", 5, "Signaled" },

        // The parent sleeps until the small result is whole: it is in the ring, and only the bell is missing.
        { nameof(CrashPoint.RingFlagTaken), "small", 1, "Returned" },
        { nameof(CrashPoint.RingBellRung), "small", 1, "Returned" },
        { nameof(CrashPoint.RingFlagTaken), "large", 1, "Signaled" },
        { nameof(CrashPoint.RingBellRung), "large", 1, "Signaled" },
        { nameof(CrashPoint.RingSleeping), "large", 1, "Signaled" },

        // As the consumer of its call.
        { nameof(CrashPoint.RingRead), "small", 1, "Signaled" },
        { nameof(CrashPoint.RingRead), "large", 5, "Signaled" },
        { nameof(CrashPoint.RingConsumed), "small", 1, "Signaled" },
        { nameof(CrashPoint.RingConsumed), "large", 5, "Signaled" },
        { nameof(CrashPoint.BulkCopied), "bulk", 1, "Signaled" },
        { nameof(CrashPoint.BulkReserved), "bulk", 1, "Signaled" },
        { nameof(CrashPoint.BulkStored), "bulk", 1, "Signaled" },

        // A child that is a parent itself.
        { nameof(CrashPoint.ParentSpawned), "nested", 1, "Signaled" },
        { nameof(CrashPoint.ParentWatching), "nested", 1, "Signaled" },
        { nameof(CrashPoint.ParentCalled), "nested", 1, "Signaled" },
        { nameof(CrashPoint.ParentReceived), "nested", 1, "Signaled" },
        { nameof(CrashPoint.ParentReaping), "nested", 1, "Signaled" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Child_KilledAtAPoint_LeavesATrueOutcomeAndNobody(string point, string call, int count, string expected)
    {
        using var family = new Family();
        var options = new ChildProcessOptions();
        options.Environment[Family.Variable] = family.Mark;
        options.Environment[CrashPoints.Variable] = $"child:{point}:{count}";

        // A child that is to fall asleep over a full ring needs a parent that does not empty it meanwhile.
        using StalledDispatcher? stall = point == nameof(CrashPoint.RingSleeping) ? new StalledDispatcher() : null;
        (ChildProcess child, Action checkResult) = SweptCalls.Start(call, options);
        using (child)
        {
            if (stall is not null)
            {
                Assert.True(Family.WaitForEnd(child.Pid, Limits.Hang), $"{child} did not come to {point} within {Limits.Hang}.");
                stall.Release();
            }

            Assert.True(child.Join(Limits.Hang, TestContext.Current.CancellationToken), $"{child} was not known to be dead after {Limits.Hang}.");
            ChildOutcome outcome = child.Outcome!;

            // By itself, at the point: nobody here sent it a signal.
            Assert.Equal((Signals.Kill, expected), (outcome.Signal ?? 0, outcome.Kind.ToString()));
            Assert.DoesNotContain("this process sent", outcome.Explanation);
            Assert.Equal(expected == "Returned", outcome.IsSuccess);
            if (outcome.IsSuccess)
            {
                checkResult();
            }

            Assert.Equal(string.Empty, family.WaitUntilGone(Limits.OneSecond()).Left);
        }

        using ChildProcess<int> next = ChildProcess.Start(static (int a) => a + 22, 20);
        Assert.Equal(42, next.Result);
    }
}

using Xunit;
using static Plait.Tests.Models.SpinModel;

namespace Plait.Tests.Models;

/// <summary>The models of locks and queues: docs/design/locks.md and queues.md.</summary>
public sealed class LockModelTests
{
    // Nine tenths of what each has: a model that lost a choice, or a death, has far fewer.
    public static TheoryData<string, int> LockModels => new()
    {
        { "lock.pml", 1_600_000 },
        { "condition.pml", 390_000 },
        { "barrier.pml", 480_000 },
        { "semaphore.pml", 175_000 },
        { "recovery.pml", 350_000 },
        { "queue.pml", 690_000 },
    };

    // Where deaths are handshakes the reduction would be wrong. States are kept as they are: a third of the time.
    private static readonly string[] s_ofLocks = ["-DSAFETY", "-DNOREDUCE", "-DNOCOMP"];

    [Theory]
    [MemberData(nameof(LockModels))]
    public Task Locks_EveryInterleavingAndDeath_HoldsAndEveryBrokenVariantIsCaught(string model, int states) => VerifyWithVariantsAsync(model, states, s_ofLocks);
}

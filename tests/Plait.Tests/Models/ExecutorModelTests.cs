using Xunit;
using static Plait.Tests.Models.SpinModel;

namespace Plait.Tests.Models;

/// <summary>The models of the threads of an executor, and of workers that are stopped for others or run several calls at once; and of event loops, their operations, and greenlets: docs/executors.md, docs/design/slices.md, worker-protocol.md, loop.md, proactor.md, greenlets.md.</summary>
public sealed class ExecutorModelTests
{
    [Fact]
    public Task ThreadPool_EveryInterleaving_HoldsAndEveryBrokenVariantIsCaught() => VerifyWithVariantsAsync("thread-pool.pml", 3_400_000, ["-DSAFETY"]);

    [Fact]
    public Task Checkpoints_EveryInterleaving_HoldsAndEveryBrokenVariantIsCaught() => VerifyWithVariantsAsync("checkpoints.pml", 500_000, ["-DSAFETY"]);

    [Fact]
    public Task Slices_EveryInterleaving_HoldsAndEveryBrokenVariantIsCaught() => VerifyWithVariantsAsync("slices.pml", 2_400_000, ["-DSAFETY"]);

    [Fact]
    public Task Lanes_EveryInterleavingAndDeath_HoldsAndEveryBrokenVariantIsCaught() => VerifyWithVariantsAsync("lanes.pml", 3_300_000, ["-DSAFETY", "-DCOLLAPSE"]);

    [Fact]
    public Task EventLoop_EveryInterleaving_HoldsAndEveryBrokenVariantIsCaught() => VerifyWithVariantsAsync("event-loop.pml", 485_000, ["-DSAFETY"]);

    [Fact]
    public Task Proactor_EveryInterleavingAndKill_HoldsAndEveryBrokenVariantIsCaught() => VerifyWithVariantsAsync("proactor.pml", 109_000, ["-DSAFETY"]);

    [Fact]
    public Task LoopDescriptors_EveryInterleaving_HoldsAndEveryBrokenVariantIsCaught() => VerifyWithVariantsAsync("loop-descriptors.pml", 1_680_000, ["-DSAFETY"]);

    [Fact]
    public Task GreenletTurn_EveryInterleaving_HoldsAndEveryBrokenVariantIsCaught() => VerifyWithVariantsAsync("greenlet-turn.pml", 380_000, ["-DSAFETY"]);
}

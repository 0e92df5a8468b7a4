using Xunit;

namespace Plait.Tests.Models;

/// <content>The model of workers that are stopped for others: docs/design/slices.md.</content>
public sealed partial class SpinModelTests
{
    [Fact]
    public Task Slices_EveryInterleaving_HoldsAndEveryBrokenVariantIsCaught() => VerifyWithVariantsAsync("slices.pml", 2_400_000, ["-DSAFETY"]);
}

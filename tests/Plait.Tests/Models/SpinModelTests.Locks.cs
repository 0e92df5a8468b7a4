using Plait.Tests.Memory;
using Xunit;

namespace Plait.Tests.Models;

/// <content>The models of locks, queues and the threads of an executor: docs/design/locks.md and queues.md, docs/executors.md.</content>
public sealed partial class SpinModelTests
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

    [Fact]
    public Task ThreadPool_EveryInterleaving_HoldsAndEveryBrokenVariantIsCaught() => VerifyWithVariantsAsync("thread-pool.pml", 3_400_000, ["-DSAFETY"]);

    private static async Task VerifyWithVariantsAsync(string model, int states, string[] flags)
    {
        string[] variants = [.. Variants(model)];
        Assert.NotEmpty(variants);
        Assert.Equal(variants, Announced(model).Order());
        var limit = new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = TestContext.Current.CancellationToken };
        await Parallel.ForEachAsync(variants.Prepend(string.Empty), limit, async (variant, token) =>
        {
            token.ThrowIfCancellationRequested();
            string report = await VerifyAsync(model, variant.Length == 0 ? [] : ["-D" + variant], flags, []);
            if (variant.Length == 0)
            {
                AssertHolds(report);
                Assert.True(States(report) > states, report);
            }
            else
            {
                Assert.True(report.Contains("errors: 1") && report.Contains("assertion violated"), $"{model} does not fail with -D{variant}:\n{report}");
            }
        });
    }

    // The comment at the top of each model names its variants, one a line.
    private static IEnumerable<string> Announced(string model) => Repository.Read("docs", "models", model).Split('\n')
        .TakeWhile(static line => line != " */")
        .Where(static line => line.StartsWith(" *   ", StringComparison.Ordinal) && char.IsAsciiLetterUpper(line[5]) && char.IsAsciiLetterUpper(line[6]))
        .Select(static line => line[5..].Split(' ')[0]);
}

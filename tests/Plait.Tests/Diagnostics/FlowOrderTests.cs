using Plait.Processes;
using Plait.Synchronization;
using Plait.Tests.Synchronization;
using Xunit;

namespace Plait.Tests.Diagnostics;

/// <summary>The checking of lock orders in async flows, each test in a process of its own. The words are those of <see cref="LockOrderTests"/>.</summary>
public sealed class FlowOrderTests() : SynchronizationTest(Setting.Processes)
{
    [Theory]
    [InlineData("AB AB ABC BC AC", 0)]
    [InlineData("AB BA", 1)]
    [InlineData("AB BA BA AB", 1)]
    [InlineData("AB CD BC DA", 1)]
    [InlineData("AB BA CD DC", 2)]
    [InlineData("AB B?A", 0)]
    [InlineData("AB B~A", 0)]
    [InlineData("?AB BA", 1)]
    [InlineData("~AB BA", 1)]
    [InlineData("aB BA", 1)]
    [InlineData("ab ba", 1)]
    [InlineData("RR RAR AR", 1)]
    [InlineData("RR RAR", 0)]
    public void AcquireAsync_InTheseOrders_ReportsSoManyInversions(string words, int expected)
    {
        string[] inThreads = Reports(static words => Orders.Collect(scope => Orders.RunAsync(scope, words)), words);
        string[] inProcesses = Reports(
            static words => Orders.Collect(async _ =>
            {
                using var scope = ProcessScope.Create();
                await Orders.RunAsync(scope, words);
            }),
            words);

        Assert.Equal(expected, inThreads.Length);
        Assert.Equal(expected, inProcesses.Length);
    }

    [Fact]
    public void AcquireAsync_InContradictingOrders_NamesTheFlowsAndThePlaces()
    {
        string report = Assert.Single(Reports(static _ => Orders.Collect(static scope => Orders.RunAsync(scope, "AB BA")), string.Empty));

        Assert.Matches(@"\(pid \d+\), flow \d+ held 'B' \(acquired at Orders\.cs:\d+\) when it acquired 'A' at Orders\.cs:\d+", report);
        Assert.Matches(@"\(pid \d+\), flow \d+ held 'A' \(acquired at Orders\.cs:\d+\) when it acquired 'B' at Orders\.cs:\d+", report);
    }

    [Fact]
    public void AcquireAsync_AndAcquireOfAThreadInContradictingOrders_IsReported() => Assert.Single(Reports(
        static _ => Orders.Collect(static async scope =>
        {
            (ILock a, ILock b) = (scope.CreateLock("A"), scope.CreateLock("B"));
            Orders.Together(a, b);
            await Orders.TogetherAsync(b, a);
        }),
        string.Empty));

    [Fact]
    public void Acquire_ByAFlowInContradictingOrders_IsReported() => Assert.Single(Reports(
        static _ => Orders.Collect(static async scope =>
        {
            (ILock a, ILock b, ILock first) = (scope.CreateLock("A"), scope.CreateReentrantLock("B"), scope.CreateLock("first"));
            (await first.AcquireAsync()).Release();
            Orders.Together(a, b);
            Orders.Together(b, a);
        }),
        string.Empty));

    [Fact]
    public void AcquireAsync_ByBranchesBesideEachOther_IsNoOrder() => Assert.Empty(Reports(
        static _ => Orders.Collect(static async scope =>
        {
            (ILock a, ILock b, ILock first) = (scope.CreateLock("A"), scope.CreateLock("B"), scope.CreateLock("first"));
            await Orders.BesideAsync(first, a, b);
            await Orders.BesideAsync(first, b, a);
        }),
        string.Empty));

    [Fact]
    public void AcquireAsync_InAMethodThatIsAwaitedAndAfterAWait_IsAnOrder() => Assert.Single(Reports(
        static _ => Orders.Collect(static async scope =>
        {
            (ILock a, ILock b) = (scope.CreateLock("A"), scope.CreateLock("B"));
            await Orders.WithinAsync(a, b);
            await Orders.WithinAsync(b, a);
        }),
        string.Empty));

    [Fact]
    public void AcquireAsync_OfTwoOfOneClass_IsReportedUnlessItIsSaidToBeNested()
    {
        string[] plain = Reports(static _ => Orders.Collect(static _ => Orders.NestAsync(1, 0, isNested: false)), string.Empty);
        string[] nested = Reports(static _ => Orders.Collect(static _ => Orders.NestAsync(0, 1, isNested: true)), string.Empty);
        string[] crossed = Reports(
            static _ => Orders.Collect(static async _ =>
            {
                await Orders.NestAsync(0, 1, isNested: true);
                await Orders.NestAsync(1, 0, isNested: true);
            }),
            string.Empty);

        Assert.Contains("two locks of one class", Assert.Single(plain), StringComparison.Ordinal);
        Assert.Empty(nested);
        Assert.Contains("level 1", Assert.Single(crossed), StringComparison.Ordinal);
    }

    [Fact]
    public void AcquireAsync_InOrdersThatAreAllowed_ReportsNothing() => Assert.Empty(Reports(
        static _ => Orders.Collect(static scope =>
        {
            DeadlockDetection.AllowOrder("B", "A");
            return Orders.RunAsync(scope, "AB BA");
        }),
        string.Empty));

    [Fact]
    public void AcquireAsync_ThatWasCancelled_IsNotHeld() => Assert.Empty(Reports(
        static _ => Orders.Collect(static async scope =>
        {
            (ILock a, ILock b) = (scope.CreateLock("A"), scope.CreateLock("B"));
            Hold before = a.Acquire();
            await GiveUpAndTake();
            before.Release();
            await Orders.TogetherAsync(b, a);

            async Task GiveUpAndTake()
            {
                using var source = new CancellationTokenSource();
                ValueTask<Hold> taking = a.AcquireAsync(source.Token);
                await source.CancelAsync();
                await Assert.ThrowsAsync<OperationCanceledException>(async () => await taking);
                (await b.AcquireAsync()).Release();
            }
        }),
        string.Empty));

    [Fact]
    public void AcquireAsync_WhereOrdersAreNotChecked_AllocatesNothing()
    {
        var off = new ChildProcessOptions();
        off.Environment["PLAIT_LOCK_ORDER"] = "0";
        using ChildProcess<long> child = ChildProcess.Start(
            static () =>
            {
                using var scope = ThreadScope.Create();
                (ILock a, ILock b) = (scope.CreateLock("A"), scope.CreateLock("B"));
                return Enumerable.Range(0, 100).Min(_ => Allocated(a, b));
            },
            off);

        Assert.Equal(0, End(child.GetResultAsync()));

        static long Allocated(ILock a, ILock b)
        {
            Hold first = Taken(a.AcquireAsync());
            long before = GC.GetAllocatedBytesForCurrentThread();
            Hold second = Taken(b.AcquireAsync());
            long after = GC.GetAllocatedBytesForCurrentThread();
            second.Release();
            first.Release();
            return after - before;
        }
    }

    private static Hold Taken(ValueTask<Hold> taking) => taking.IsCompletedSuccessfully ? taking.Result : throw new InvalidOperationException("It was not free.");

    private static string[] Reports(Func<string, string[]> work, string argument)
    {
        using ChildProcess<string[]> child = ChildProcess.Start(work, argument, Orders.Checked());
        return End(child.GetResultAsync());
    }
}

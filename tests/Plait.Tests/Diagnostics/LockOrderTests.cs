using Plait.Processes;
using Plait.Synchronization;
using Plait.Tests.Synchronization;
using Xunit;

namespace Plait.Tests.Diagnostics;

/// <summary>
/// The checking of lock orders. Each test is a process of its own, for that is what decides whether orders are checked. A letter is a lock of that name, a word what is
/// held together, acquired from left to right: small letters read, '?' tries, '~' has a timeout.
/// </summary>
public sealed class LockOrderTests() : SynchronizationTest(Setting.Processes)
{
    [Theory]
    [InlineData("AB AB ABC BC AC", 0)]
    [InlineData("AB BA", 1)]
    [InlineData("AB BA BA AB", 1)]
    [InlineData("AB BC CA", 1)]
    [InlineData("AB CA BC", 1)]
    [InlineData("AB BC CD DA", 1)]
    [InlineData("AB CD BD DA", 1)]
    [InlineData("AB CD BC DA", 1)]
    [InlineData("AB BA CD DC", 2)]
    [InlineData("AB B?A", 0)]
    [InlineData("AB B~A", 0)]
    [InlineData("?AB BA", 1)]
    [InlineData("~AB BA", 1)]
    [InlineData("aB BA", 1)]
    [InlineData("Ab bA", 1)]
    [InlineData("ab ba", 1)]
    [InlineData("aa", 1)]
    [InlineData("RR RAR AR", 1)]
    [InlineData("RR RAR", 0)]
    public void Acquire_InTheseOrders_ReportsSoManyInversions(string words, int expected)
    {
        string[] inThreads = InChild(ChildProcess.Start(static (string words) => Orders.Collect(() => { using var scope = ThreadScope.Create(); Orders.Run(scope, words); }), words, Orders.Checked()));
        string[] inProcesses = InChild(ChildProcess.Start(static (string words) => Orders.Collect(() => { using var scope = ProcessScope.Create(); Orders.Run(scope, words); }), words, Orders.Checked()));

        Assert.Equal(expected, inThreads.Length);
        Assert.Equal(expected, inProcesses.Length);
    }

    [Fact]
    public void Acquire_InContradictingOrders_NamesBothWithPlaces()
    {
        string report = Assert.Single(InChild(ChildProcess.Start(static () => Orders.Collect(() => { using var scope = ThreadScope.Create(); Orders.Run(scope, "AB BA"); }), Orders.Checked())));

        Assert.Contains("held 'B' (acquired at Orders.cs:", report, StringComparison.Ordinal);
        Assert.Contains("when it acquired 'A' at Orders.cs:", report, StringComparison.Ordinal);
        Assert.Contains("held 'A' (acquired at Orders.cs:", report, StringComparison.Ordinal);
        Assert.Contains("No deadlock has happened yet", report, StringComparison.Ordinal);
    }

    [Fact]
    public void Acquire_ByTwoProcessesAtDifferentTimes_IsReportedOnceByTheSecond()
    {
        var scope = (ProcessScope)Scope;
        using ChildProcess<string[]> first = ChildProcess.Start(static (ProcessScope scope) => Orders.Collect(() => Orders.Run(scope, "AB")), scope, Orders.Checked("ann"));
        Assert.Empty(End(first.GetResultAsync()));
        using ChildProcess<string[]> second = ChildProcess.Start(static (ProcessScope scope) => Orders.Collect(() => Orders.Run(scope, "BA")), scope, Orders.Checked("bob"));
        string report = Assert.Single(End(second.GetResultAsync()));
        using ChildProcess<string[]> third = ChildProcess.Start(static (ProcessScope scope) => Orders.Collect(() => Orders.Run(scope, "BA AB")), scope, Orders.Checked("eve"));

        Assert.Empty(End(third.GetResultAsync()));
        Assert.Contains($"(pid {first.Pid}), thread {first.Pid} held 'A'", report, StringComparison.Ordinal);
        Assert.Contains($"bob (pid {second.Pid}), thread {second.Pid} held 'B'", report, StringComparison.Ordinal);
        Assert.Contains(Plait.Diagnostics.DeadlockDetector.Find().Inversions, inversion => inversion.ToString().Contains($"(pid {first.Pid})", StringComparison.Ordinal));
    }

    [Fact]
    public void Acquire_OfThreadAndProcessLocksInContradictingOrders_IsReported() => Assert.Single(InChild(ChildProcess.Start(
        static () => Orders.Collect(() =>
        {
            using var threads = ThreadScope.Create();
            using var processes = ProcessScope.Create();
            (ILock inner, ILock outer) = (threads.CreateLock("inner"), processes.CreateLock("outer"));
            Orders.Together(inner, outer);
            Orders.Together(outer, inner);
        }),
        Orders.Checked())));

    [Fact]
    public void Acquire_OfTwoOfOneClass_IsReportedUnlessItIsSaidToBeNested()
    {
        string[] plain = InChild(ChildProcess.Start(static () => Orders.Collect(() => Orders.Nest(1, 0, isNested: false)), Orders.Checked()));
        string[] nested = InChild(ChildProcess.Start(static () => Orders.Collect(() => Orders.Nest(0, 1, isNested: true)), Orders.Checked()));
        string[] crossed = InChild(ChildProcess.Start(static () => Orders.Collect(() =>
        {
            Orders.Nest(0, 1, isNested: true);
            Orders.Nest(1, 0, isNested: true);
        }), Orders.Checked()));

        Assert.Contains("two locks of one class", Assert.Single(plain), StringComparison.Ordinal);
        Assert.Empty(nested);
        Assert.Contains("level 1", Assert.Single(crossed), StringComparison.Ordinal);
    }

    [Fact]
    public void Acquire_InOrdersThatAreAllowed_ReportsNothing() => Assert.Empty(InChild(ChildProcess.Start(
        static () => Orders.Collect(() =>
        {
            DeadlockDetection.AllowOrder("B", "A");
            using var scope = ThreadScope.Create();
            Orders.Run(scope, "AB BA");
        }),
        Orders.Checked())));

    [Fact]
    public void OrderClass_GivenByTheOptions_JoinsAndParts()
    {
        string[] reports = InChild(ChildProcess.Start(
            static () => Orders.Collect(() =>
            {
                using var scope = ThreadScope.Create();
                ILock one = scope.CreateLock("one", new LockOptions { OrderClass = "account" });
                ILock other = scope.CreateLock("other", new LockOptions { OrderClass = "account" });
                ILock third = scope.CreateLock("third", new LockOptions { OrderClass = "ledger" });
                Orders.Together(one, third);
                Orders.Together(third, other);
            }),
            Orders.Checked()));

        string report = Assert.Single(reports);
        Assert.Contains("'account'", report, StringComparison.Ordinal);
        Assert.Contains("'ledger'", report, StringComparison.Ordinal);
    }

    [Fact]
    public void ChecksOrder_InAProgramBuiltWithOptimisation_IsOffAndCannotBeTurnedOnLate() => Assert.Equal("False False", End(Start(static (int _) =>
    {
        using var scope = ThreadScope.Create();
        bool before = DeadlockDetection.ChecksOrder;
        Assert.Throws<InvalidOperationException>(() => DeadlockDetection.ChecksOrder = true);
        return $"{before} {DeadlockDetection.ChecksOrder}";
    }, 0)));

    [Fact]
    public void ChecksOrder_SetFirstOfAll_IsOn() => Assert.Single(InChild(ChildProcess.Start(static () =>
    {
        DeadlockDetection.ChecksOrder = true;
        return Orders.Collect(() =>
        {
            using var scope = ThreadScope.Create();
            Orders.Run(scope, "AB BA");
        });
    })));

    private static string[] InChild(ChildProcess<string[]> child)
    {
        using (child)
        {
            return End(child.GetResultAsync());
        }
    }
}

using System.Globalization;
using Plait.Diagnostics;
using Plait.Processes;
using Plait.Synchronization;
using Plait.Tests.Synchronization;
using Xunit;

namespace Plait.Tests.Diagnostics;

/// <summary>What the graph of waits shows, in the own process and from outside.</summary>
public sealed class DeadlockDetectorTests() : SynchronizationTest(Setting.Processes)
{
    private static readonly TimeSpan s_never = TimeSpan.FromHours(1);

    [Fact]
    public void Find_WithTwoThreadsInACircle_ProvesItOnceWithEveryPlace()
    {
        using var threads = ThreadScope.Create();
        (ILock fork, ILock noodles) = (threads.CreateLock("fork"), threads.CreateLock("noodles"));
        using var quarrel = new Quarrel();
        quarrel.Take(fork, noodles);
        quarrel.Take(noodles, fork);
        quarrel.Begin();
        UntilWaiting(fork, 1);
        UntilWaiting(noodles, 1);

        WaitGraphSnapshot graph = DeadlockDetector.Find(s_never);

        GraphDeadlock deadlock = Assert.Single(graph.Deadlocks);
        Assert.Equal(["fork", "noodles"], deadlock.Report.Units.Select(unit => unit.WaitsFor).Order());
        Assert.All(deadlock.Report.Units, unit => Assert.Equal("quarreller", unit.Unit.ThreadName));
        Assert.All(deadlock.Units, number => Assert.Equal(Environment.ProcessId, graph.Units[number].Unit.Pid));
        foreach (int number in deadlock.Units)
        {
            GraphWait wait = Assert.Single(graph.Waits, wait => wait.Unit == number);
            GraphHold hold = Assert.Single(graph.Holds, hold => hold.Unit == number);
            Assert.StartsWith("Quarrel.cs:", wait.At, StringComparison.Ordinal);
            Assert.StartsWith("Quarrel.cs:", hold.AcquiredAt, StringComparison.Ordinal);
            Assert.NotEqual(hold.Primitive, wait.Primitive);
            Assert.Null(wait.EndsBy);
            Assert.Equal(deadlock.Units.Where(other => other != number), wait.Blockers);
        }

        Assert.Empty(graph.Suspected);
    }

    [Fact]
    public void Find_WithACircleThatEndsByItself_SuspectsItAndSaysSo()
    {
        using var threads = ThreadScope.Create();
        (ILock fork, ILock noodles) = (threads.CreateLock("fork"), threads.CreateLock("noodles"));
        using var quarrel = new Quarrel();
        quarrel.Take(fork, noodles);
        quarrel.Take(noodles, fork, TimeSpan.FromHours(1));
        quarrel.Begin();
        UntilWaiting(fork, 1);
        UntilWaiting(noodles, 1);

        WaitGraphSnapshot graph = DeadlockDetector.Find(TimeSpan.Zero);

        Assert.Empty(graph.Deadlocks);
        Assert.Equal(2, graph.Suspected.Count);
        Assert.All(graph.Suspected, one => Assert.Contains("will end by itself", one.Reason, StringComparison.Ordinal));
        Assert.Single(graph.Waits, wait => wait.EndsBy is { } left && left > TimeSpan.FromMinutes(50));
    }

    [Fact]
    public void Find_WithACircleThroughTwoMemories_ProvesIt()
    {
        using var threads = ThreadScope.Create();
        (ILock inner, ILock outer) = (threads.CreateLock("inner"), Scope.CreateLock("outer"));
        using var quarrel = new Quarrel();
        quarrel.Take(inner, outer);
        quarrel.Take(outer, inner);
        quarrel.Begin();
        UntilWaiting(inner, 1);
        UntilWaiting(outer, 1);

        WaitGraphSnapshot graph = DeadlockDetector.Find(s_never);

        Assert.Equal(["inner", "outer"], Assert.Single(graph.Deadlocks).Report.Units.SelectMany(unit => unit.Holds).Select(held => held.Name).Order());
    }

    [Fact]
    public void Acquire_InACircleThroughTwoMemories_IsToldOfTheDeadlock()
    {
        using var threads = ThreadScope.Create();
        (ILock inner, ILock outer) = (threads.CreateLock("inner"), Scope.CreateLock("outer"));
        TimeSpan usual = DeadlockDetection.Threshold;
        DeadlockDetection.Threshold = TimeSpan.FromMilliseconds(20);
        try
        {
            using var barrier = new Barrier(2);
            Task<DeadlockReport?>[] units = [OnThread(() => Meet(inner, outer)), OnThread(() => Meet(outer, inner))];

            DeadlockReport report = Assert.Single(End(units).OfType<DeadlockReport>());
            Assert.Equal(["inner", "outer"], report.Units.Select(unit => unit.WaitsFor).Order());
            Assert.All(report.Units, unit => Assert.Single(unit.Holds));

            DeadlockReport? Meet(ILock one, ILock other)
            {
                using Hold first = one.Acquire();
                barrier.SignalAndWait();
                try
                {
                    other.Acquire().Release();
                    return null;
                }
                catch (DeadlockException deadlock)
                {
                    return deadlock.Report;
                }
            }
        }
        finally
        {
            DeadlockDetection.Threshold = usual;
        }
    }

    [Fact]
    public void FindInProcess_OfAChildInACircleWithUs_ShowsBothAndDisturbsNobody()
    {
        (ILock fork, ILock noodles) = (Scope.CreateLock("fork"), Scope.CreateLock("noodles"));
        using var threads = ThreadScope.Create();
        ILock behind = threads.CreateLock("behind");
        using var quarrel = new Quarrel();
        using Holder keeps = Holder.Of(() => behind.Acquire());
        quarrel.Take(fork, noodles);
        using ChildProcess<bool> child = ChildProcess.Start(Quarrel.TakeBoth, noodles, fork, new ChildProcessOptions { Name = "bob" });
        Until(() => noodles.IsHeld);
        quarrel.Begin();
        UntilWaiting(fork, 1);
        UntilWaiting(noodles, 1);
        uint before = (uint)noodles.GetStatistics().Acquisitions;

        WaitGraphSnapshot graph = DeadlockDetector.FindInProcess(child.Pid, TimeSpan.Zero);

        GraphDeadlock deadlock = Assert.Single(graph.Deadlocks);
        Assert.Equal(new[] { Environment.ProcessId, child.Pid }.Order(), deadlock.Report.Units.Select(unit => unit.Unit.Pid).Order());
        Assert.Contains(deadlock.Report.Units, unit => unit.Unit.ProcessName == "bob" && unit.WaitsFor == "fork" && unit.Holds is [{ Name: "noodles" }]);

        // By way of the scope that they share, our own threads are seen as well.
        Assert.Contains(graph.Primitives, primitive => primitive.Name == "behind" && primitive.Scope == string.Create(CultureInfo.InvariantCulture, $"threads of pid {Environment.ProcessId}"));
        Assert.Empty(graph.Unseen);
        Assert.Equal(before, (uint)noodles.GetStatistics().Acquisitions);
        quarrel.Dispose();
        Assert.True(End(child.GetResultAsync()));
    }

    [Fact]
    public void FindInScope_ByItsName_ShowsItsUnits()
    {
        Assert.True(_isOpen);
        string name = NamedScopes.Name;
        using ProcessScope scope = ProcessScope.Open(name);
        (ILock left, ILock right) = (scope.CreateLock("left"), scope.CreateLock("right"));
        using var quarrel = new Quarrel();
        quarrel.Take(left, right);
        quarrel.Take(right, left);
        quarrel.Begin();
        UntilWaiting(left, 1);
        UntilWaiting(right, 1);

        WaitGraphSnapshot graph = DeadlockDetector.FindInScope(name, s_never);

        Assert.Equal(["left", "right"], Assert.Single(graph.Deadlocks).Report.Units.Select(unit => unit.WaitsFor).Order());
        Assert.Contains(graph.Primitives, primitive => primitive.Scope == $"scope '{name}'");
    }

    [Fact]
    public void FindInProcess_OfOneThatIsNotThere_NamesIt()
    {
        var error = Assert.Throws<ArgumentException>(() => DeadlockDetector.FindInProcess(int.MaxValue));

        Assert.Contains("2147483647", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FindInScope_OfOneThatIsNotThere_NamesItAndItsFile()
    {
        var error = Assert.Throws<ArgumentException>(() => DeadlockDetector.FindInScope("nobody-has-this"));

        Assert.Contains("nobody-has-this.scope", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => DeadlockDetector.FindInScope("../etc"));
    }

    [Fact]
    public void FindInScope_OfAnotherLayout_IsRefusedByName()
    {
        string name = $"other-layout-{Guid.NewGuid():N}";
        string path = Plait.Memory.NamedArena.PathOf(name);
        Directory.CreateDirectory(Plait.Memory.NamedArena.Folder);
        byte[] page = new byte[8192];
        BitConverter.TryWriteBytes(page, 0x4E52_4154_4941_4C50UL);
        BitConverter.TryWriteBytes(page.AsSpan(8), 99u);
        BitConverter.TryWriteBytes(page.AsSpan(16), (long)page.Length);
        File.WriteAllBytes(path, page);
        try
        {
            var error = Assert.Throws<InvalidDataException>(() => DeadlockDetector.FindInScope(name));

            Assert.Contains(name, error.Message, StringComparison.Ordinal);
            Assert.Contains("layout 99.", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void ToDot_AndMermaid_HaveEveryEdgeAndMarkTheDeadlock()
    {
        using var threads = ThreadScope.Create();
        (ILock fork, ILock noodles) = (threads.CreateLock("a \"fork\""), threads.CreateLock("noodles"));
        using var quarrel = new Quarrel();
        quarrel.Take(fork, noodles);
        quarrel.Take(noodles, fork);
        quarrel.Begin();
        UntilWaiting(fork, 1);
        UntilWaiting(noodles, 1);

        WaitGraphSnapshot graph = DeadlockDetector.Find(s_never);

        string dot = graph.ToDot();
        string mermaid = graph.ToMermaid();
        Assert.Equal(graph.Holds.Count + graph.Waits.Count, dot.Split(" -> ").Length - 1);
        Assert.Equal(graph.Holds.Count, mermaid.Split(" -->|").Length - 1);
        Assert.Equal(graph.Waits.Count, mermaid.Split(" -.->|").Length - 1);
        Assert.Contains("a \\\"fork\\\"", dot, StringComparison.Ordinal);
        Assert.Contains("a #quot;fork#quot;", mermaid, StringComparison.Ordinal);
        Assert.Equal(2, mermaid.Split(":::deadlock").Length - 1);
        Assert.Contains("PROVEN  Deadlock of 2 units in 1 process", graph.ToString(), StringComparison.Ordinal);
    }

    // Opened once, before any test counts descriptors: a named memory stays mapped as long as its process.
    private static class NamedScopes
    {
        public static readonly string Name = $"watched-{Guid.NewGuid():N}";
    }

    private static readonly bool s_isOpen = OpenOnce();
    private readonly bool _isOpen = s_isOpen;

    private static bool OpenOnce()
    {
        using ProcessScope scope = ProcessScope.Open(NamedScopes.Name);
        return scope.IsNamed;
    }
}

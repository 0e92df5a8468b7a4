using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes;

/// <summary>Names, numbers and relations of children, here and in the child.</summary>
public sealed class ChildProcessIdentityTests : ProcessTest
{
    [Fact]
    public void Current_InTheMainProcess_IsTheMainOne()
    {
        CurrentProcess current = ChildProcess.Current;

        Assert.True(current.IsMain);
        Assert.Equal(0, current.Depth);
        Assert.Equal("main", current.Name);
        Assert.False(current.IsDaemon);
        Assert.Equal(Environment.ProcessId, current.Pid);
        Assert.Equal(ProcessTable.Read(Environment.ProcessId)!.Parent, current.ParentPid);
    }

    [Fact]
    public void Current_InAChild_SaysWhoItIs()
    {
        using var child = ChildProcess.Start(
            static () => (ChildProcess.Current.Name, ChildProcess.Current.Pid, ChildProcess.Current.ParentPid, ChildProcess.Current.Depth, ChildProcess.Current.IsMain, ChildProcess.Current.IsDaemon),
            new ChildProcessOptions { Name = "clerk", IsDaemon = true });

        Assert.Equal(("clerk", child.Pid, Environment.ProcessId, 1, false, true), child.Result);
        Assert.Equal(Environment.ProcessId, child.ParentPid);
    }

    [Fact]
    public void Current_InAGrandchild_CountsTheGenerations()
    {
        using var child = ChildProcess.Start(Descend, 3);

        Assert.Equal([1, 2, 3], child.Result);
    }

    [Fact]
    public void Start_InTheTenthGeneration_IsRefused()
    {
        using var child = ChildProcess.Start(Descend, 99);

        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() => child.Result);

        Assert.Contains("generation 10", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Name_NotGiven_IsCountedUp()
    {
        using var first = ChildProcess.Create(static () => 1);
        using var second = ChildProcess.Create(static () => 1);

        Assert.StartsWith("child-", first.Name, StringComparison.Ordinal);
        Assert.StartsWith("child-", second.Name, StringComparison.Ordinal);
        Assert.NotEqual(first.Name, second.Name);
    }

    [Fact]
    public void Name_Given_IsSeenByTheSystem()
    {
        using var child = ChildProcess.Start(InChild.SayReadyAndWait, new ChildProcessOptions { Name = "weigher", StandardOutput = ChildOutput.Pipe });
        AwaitReady(child);

        ProcessEntry entry = ProcessTable.Read(child.Pid)!;

        Assert.Equal("weigher", entry.Name);
        Assert.StartsWith("plait:weigher", entry.CommandLine, StringComparison.Ordinal);
        Assert.Equal(Environment.ProcessId, entry.Parent);
        Assert.Contains("'weigher'", child.ToString(), StringComparison.Ordinal);
        Assert.Contains("alive", child.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_ChangedAfterTheCreation_HaveNoEffect()
    {
        var options = new ChildProcessOptions { Name = "before", Environment = { ["SEASON"] = "spring" } };
        using var child = ChildProcess.Create(static () => ChildProcess.Current.Name + Environment.GetEnvironmentVariable("SEASON"), options);
        options.Name = "after";
        options.Environment["SEASON"] = "autumn";
        child.Start();

        Assert.Equal("beforespring", child.Result);
    }

    [Fact]
    public void ActiveChildren_WhileChildrenRun_ListsThemInOrder()
    {
        using var first = ChildProcess.StartProgram("sleep", ["100"]);
        using var second = ChildProcess.StartProgram("sleep", ["100"]);
        using var notStarted = ChildProcess.Create(static () => 1);

        Assert.Equal([first, second], ChildProcess.ActiveChildren());
        first.Kill();
        first.Join();
        Assert.Equal([second], ChildProcess.ActiveChildren());
        second.Dispose();
        Assert.Empty(ChildProcess.ActiveChildren());
    }

    [Fact]
    public void ActiveChildren_InAChild_AreItsOwn()
    {
        using var sleeper = ChildProcess.StartProgram("sleep", ["100"]);
        using var child = ChildProcess.Start(static () => ChildProcess.ActiveChildren().Count);

        Assert.Equal(0, child.Result);
    }

    [Fact]
    public void IsAlive_BeforeDuringAndAfter_SaysSo()
    {
        using var child = ChildProcess.Create(InChild.WaitForever);

        Assert.False(child.IsAlive);
        child.Start();
        Assert.True(child.IsAlive);
        child.Kill();
        child.Join();
        Assert.False(child.IsAlive);
        Assert.Contains("ended", child.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void IsDaemon_SetBeforeTheStart_ReachesTheChild()
    {
        using var child = ChildProcess.Create(static () => ChildProcess.Current.IsDaemon);
        Assert.False(child.IsDaemon);
        child.IsDaemon = true;
        child.Start();

        Assert.True(child.Result);
        Assert.True(child.IsDaemon);
    }

    [Fact]
    public void IsDaemon_SetAfterTheStart_IsRefused()
    {
        using var child = ChildProcess.Start(static () => 1, new ChildProcessOptions { Name = "settled" });

        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() => child.IsDaemon = true);

        Assert.Contains("settled", refused.Message, StringComparison.Ordinal);
        Assert.False(child.IsDaemon);
        Assert.Equal(1, child.Result);
    }

    [Fact]
    public void Start_Twice_IsRefused()
    {
        using var child = ChildProcess.Create(static () => 1);
        child.Start();

        Assert.Contains("before", Assert.Throws<InvalidOperationException>(child.Start).Message, StringComparison.Ordinal);
        Assert.Equal(1, child.Result);
        Assert.Throws<InvalidOperationException>(child.Start);
    }

    [Fact]
    public void Start_AfterDispose_IsRefused()
    {
        var child = ChildProcess.Create(static () => 1);
        child.Dispose();

        Assert.Throws<ObjectDisposedException>(child.Start);
    }

    [Fact]
    public void Members_BeforeTheStart_AskForIt()
    {
        using var child = ChildProcess.Create(static () => 1, new ChildProcessOptions { Name = "idle" });

        Assert.Contains("idle", Assert.Throws<InvalidOperationException>(() => child.Pid).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => child.Sentinel);
        Assert.Throws<InvalidOperationException>(() => { _ = child.Exited; });
        Assert.Throws<InvalidOperationException>(() => child.Result);
        Assert.Throws<InvalidOperationException>(() => child.StandardInput);
        Assert.Throws<InvalidOperationException>(() => child.StandardOutput);
        Assert.Throws<InvalidOperationException>(() => child.StandardError);
        Assert.Throws<InvalidOperationException>(() => child.Kill());
        Assert.Null(child.Outcome);
    }

    [Theory]
    [InlineData(-21)]
    [InlineData(20)]
    public void Create_WithANiceValueOutOfRange_IsRefused(int nice) =>
        Assert.Contains($"{nice}", Assert.Throws<ArgumentOutOfRangeException>(() => ChildProcess.Create(static () => 1, new ChildProcessOptions { Nice = nice })).Message, StringComparison.Ordinal);

    [Fact]
    public void Create_WithOptionsOutOfRange_IsRefused()
    {
        ChildProcessOptions[] bad =
        [
            new() { MemoryLimit = 1 },
            new() { Affinity = [] },
            new() { Affinity = [-1] },
            new() { StartTimeout = TimeSpan.Zero },
            new() { Grace = TimeSpan.FromSeconds(-2) },
            new() { Environment = { [""] = "x" } },
            new() { Environment = { ["a=b"] = "x" } },
        ];

        Assert.All(bad, static options => Assert.ThrowsAny<ArgumentException>(() => ChildProcess.Create(static () => 1, options)));
    }

    private static int[] Descend(int generations)
    {
        int depth = ChildProcess.Current.Depth;
        if (generations == 1)
        {
            return [depth];
        }

        using var child = ChildProcess.Start(Descend, generations - 1);
        return [depth, .. child.Result];
    }
}

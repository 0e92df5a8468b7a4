using Plait.Interop;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes.Deaths;

/// <summary>Outcomes are right, and nobody stays a zombie, whoever else reaps in this process: the runtime's own Process, the runtime as PID 1, or the kernel.</summary>
public sealed class StatusTests
{
    [Fact]
    public void Outcomes_BesideAHundredOfTheFramework_AreRight()
    {
        using Dummy parent = Dummy.Start(["statuses", "100"]);
        AssertAllRight(parent, 100);
    }

    [Fact]
    public void Outcomes_AsPid1_AreRight()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root may open a process namespace with its own /proc (unshare --pid --mount-proc).");
        using Dummy parent = Dummy.StartThrough("unshare", ["--pid", "--fork", "--mount-proc", "--kill-child", Dummy.Program, "statuses", "20"]);
        Assert.Equal("pid 1", AssertAllRight(parent, 20));
    }

    [Fact]
    public void Outcomes_WithSigChldIgnoredAtTheStart_AreRight()
    {
        using Dummy parent = Dummy.StartThrough("/bin/sh", ["-c", "trap '' CHLD; exec \"$0\" statuses 20", Dummy.Program]);
        Assert.Equal($"pid {parent.Pid}", AssertAllRight(parent, 20));
    }

    [Fact]
    public void Pid1_Killed_TakesItsNamespaceWithIt()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root may open a process namespace with its own /proc (unshare --pid --mount-proc).");
        using Dummy parent = Dummy.StartThrough("unshare", ["--pid", "--fork", "--mount-proc", "--kill-child", Dummy.Program, "tree", "idle", "2"]);
        Assert.StartsWith("up", parent.ReadLine());
        Assert.StartsWith("up", parent.ReadLine());

        parent.Signal(Signals.Kill);

        Assert.Equal(string.Empty, parent.Family.WaitUntilGone(Limits.OneSecond()).Left);
    }

    // The first line, which tells the pid.
    private static string AssertAllRight(Dummy parent, int count)
    {
        string[] lines = parent.ReadToEnd();
        ChildOutcome outcome = parent.Outcome;
        Assert.True(outcome.IsSuccess, outcome + "\n" + parent.Error);
        Assert.Equal([$"checked {2 * count} wrong 0 zombies 0"], lines[1..]);
        return lines[0];
    }
}

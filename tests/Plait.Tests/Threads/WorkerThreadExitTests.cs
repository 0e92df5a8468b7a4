using Plait.Processes;
using Plait.Tests.Processes;
using Plait.Tests.Processes.Deaths;
using Plait.Threads;
using Xunit;

namespace Plait.Tests.Threads;

/// <summary>What threads do to the end of their process. Each row is a process of its own.</summary>
public sealed class WorkerThreadExitTests : ProcessTest
{
    [Theory]
    [InlineData("plain")]
    [InlineData("failed")]
    public void Exit_WithAThreadThatRuns_WaitsForIt(string way)
    {
        using Dummy dummy = Dummy.Start(["threads", way]);

        Assert.Equal("main ends: main True", dummy.ReadLine());
        dummy.WriteLine("at last");
        Assert.Equal(["thread ends: at last"], dummy.ReadToEnd());
        Assert.Equal(7, dummy.Outcome.ExitCode);
    }

    [Theory]
    [InlineData("daemon")]
    [InlineData("daemon of a daemon")]
    [InlineData("exit")]
    public void Exit_WithADaemonOrByExit_DoesNotWait(string way)
    {
        using Dummy dummy = Dummy.Start(["threads", way]);

        Assert.Equal(["main ends: main True"], dummy.ReadToEnd());
        Assert.Equal(7, dummy.Outcome.ExitCode);
    }

    [Fact]
    public void Exit_WithAFailureNobodyAskedFor_PrintsItAndKeepsTheCode()
    {
        using Dummy dummy = Dummy.Start(["threads", "forgotten"]);

        Assert.Equal(7, dummy.Outcome.ExitCode);
        Assert.StartsWith("Unhandled exception in thread 'forgotten'", dummy.Error, StringComparison.Ordinal);
        Assert.Contains("forgotten failure", dummy.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Exit_WithAThreadThatFailed_PrintsItOnceAndKeepsTheCode()
    {
        using Dummy dummy = Dummy.Start(["threads", "failed"]);
        dummy.WriteLine("");

        Assert.Equal(7, dummy.Outcome.ExitCode);
        Assert.Equal(2, dummy.Error.Split("plain failure").Length);
    }

    [Fact]
    public void Nice_WithoutThePrivilege_IsRefusedAndNothingRan()
    {
        Need("setpriv");
        using Dummy dummy = Dummy.StartThrough("setpriv", ["--inh-caps=-sys_nice", "--bounding-set=-sys_nice", Dummy.Program, "threads", "eager"]);

        Assert.Equal("refused: 'eager' (not started)", dummy.ReadLine());
        Assert.Contains("setpriority was refused with EACCES. A negative Nice needs a privilege", dummy.ReadLine(), StringComparison.Ordinal);
        Assert.Equal(["started: 5"], dummy.ReadToEnd());
    }

    [Fact]
    public void Current_OnTheMainThreadOfAChild_IsMain()
    {
        using var child = ChildProcess.Start(static () =>
        {
            WorkerThread current = WorkerThread.Current;
            return $"{current.Name} {current.IsMain} {current.Id} {current.NativeId == Environment.ProcessId} {current == WorkerThread.MainThread} {WorkerThread.ActiveCount}";
        });

        Assert.Equal("main True 0 True True 1", child.Result);
    }
}

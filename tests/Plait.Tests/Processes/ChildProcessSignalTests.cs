using System.Globalization;
using System.Runtime.InteropServices;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes;

/// <summary>Interrupt, Terminate, Kill, and how Dispose ends a child: they reach the whole group.</summary>
public sealed class ChildProcessSignalTests : ProcessTest
{
    private static readonly ChildProcessOptions s_piped = new() { StandardOutput = ChildOutput.Pipe, StandardError = ChildOutput.Null };

    public static TheoryData<string, int> Calls => new()
    {
        { nameof(ChildProcess.Interrupt), 2 },
        { nameof(ChildProcess.Kill), 9 },
        { nameof(ChildProcess.Terminate), 15 },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public void Signal_ToAFunctionWithoutHandler_EndsIt(string call, int signal)
    {
        using var child = ChildProcess.Start(InChild.SayReadyAndWait, s_piped);
        AwaitReady(child);

        Assert.True(Send(child, call));
        child.Join();

        Assert.Equal(ChildOutcomeKind.Signaled, child.Outcome!.Kind);
        Assert.Equal(signal, child.Outcome.Signal);
        Assert.Null(child.Outcome.ExitCode);
        Assert.Contains("which this process sent", child.Outcome.Explanation, StringComparison.Ordinal);
        Assert.False(Send(child, call));
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public void Signal_ToAForeignProgram_EndsIt(string call, int signal)
    {
        using var child = ChildProcess.StartProgram("sleep", ["100"]);

        Assert.True(Send(child, call));
        child.Join();

        Assert.Equal((ChildOutcomeKind.Signaled, (int?)signal), (child.Outcome!.Kind, child.Outcome.Signal));
    }

    [Fact]
    public void Interrupt_OfAFunctionThatHandlesSigint_IsHandled()
    {
        using var child = ChildProcess.Start(HandleSignal, PosixSignal.SIGINT, s_piped);
        AwaitReady(child);

        child.Interrupt();

        Assert.Equal("handled SIGINT", child.Result);
    }

    [Fact]
    public void Interrupt_OfAFunctionThatHandlesCancelKeyPress_IsHandled()
    {
        using var child = ChildProcess.Start(HandleKey, s_piped);
        AwaitReady(child);

        child.Interrupt();

        Assert.Equal("handled ControlC", child.Result);
    }

    [Fact]
    public void Terminate_OfAFunctionThatHandlesSigterm_IsHandled()
    {
        using var child = ChildProcess.Start(HandleSignal, PosixSignal.SIGTERM, s_piped);
        AwaitReady(child);

        child.Terminate();

        Assert.Equal("handled SIGTERM", child.Result);
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Signal_ToAFunctionThatStartedAProgram_EndsBoth(string call, int signal)
    {
        using var child = ChildProcess.Start(StartSleeper, s_piped);
        int sleeper = int.Parse(ReadLine(child)!, CultureInfo.InvariantCulture);
        Assert.True(ProcessTable.Exists(sleeper));

        Send(child, call);
        child.Join();

        Assert.Equal(signal, child.Outcome!.Signal);
        await UntilAsync(() => !ProcessTable.Exists(sleeper));
    }

    [Fact]
    public async Task End_OfAFunctionThatLeftAProgramBehind_EndsTheProgram()
    {
        using var child = ChildProcess.Start(static () => StartProgram("sleep", "100"));

        int sleeper = child.Result;

        await UntilAsync(() => !ProcessTable.Exists(sleeper));
    }

    [Fact]
    public void Dispose_OfAChildThatRuns_TerminatesIt()
    {
        var child = ChildProcess.Start(InChild.SayReadyAndWait, s_piped);
        AwaitReady(child);

        child.Dispose();
        child.Dispose();

        Assert.False(child.IsAlive);
        Assert.Equal(15, child.Outcome!.Signal);
    }

    [Fact]
    public void Dispose_OfAChildThatIgnoresSigterm_KillsItAfterTheGrace()
    {
        var options = new ChildProcessOptions { StandardOutput = ChildOutput.Pipe, StandardError = ChildOutput.Null, Grace = TimeSpan.FromMilliseconds(100) };
        var child = ChildProcess.Start(IgnoreTerminate, options);
        AwaitReady(child);
        long start = TimeProvider.System.GetTimestamp();

        child.Dispose();

        Assert.Equal(9, child.Outcome!.Signal);
        Assert.True(TimeProvider.System.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(95));
    }

    [Fact]
    public async Task DisposeAsync_OfAChildThatIgnoresSigterm_KillsItAfterTheGrace()
    {
        var options = new ChildProcessOptions { StandardOutput = ChildOutput.Pipe, StandardError = ChildOutput.Null, Grace = TimeSpan.FromMilliseconds(100) };
        var child = ChildProcess.Start(IgnoreTerminate, options);
        AwaitReady(child);

        await child.DisposeAsync();
        await child.DisposeAsync();

        Assert.Equal(9, child.Outcome!.Signal);
    }

    [Fact]
    public void Dispose_OfAChildThatIsStopped_EndsIt()
    {
        var child = ChildProcess.StartProgram("sleep", ["100"]);
        using (var stop = ChildProcess.StartProgram("kill", ["-STOP", $"{child.Pid}"]))
        {
            stop.Join();
        }

        child.Dispose();

        Assert.Equal(15, child.Outcome!.Signal);
    }

    [Fact]
    public void Kill_OfARunningFunction_LeavesNoFileOfItsRuntime()
    {
        using var child = ChildProcess.Start(InChild.SayReadyAndWait, s_piped);
        AwaitReady(child);
        string folder = Path.GetTempPath();
        string[] patterns = [$"dotnet-diagnostic-{child.Pid}-*", $"clr-debug-pipe-{child.Pid}-*"];
        int before = patterns.Sum(pattern => Directory.GetFiles(folder, pattern).Length);

        child.Kill();
        child.Join();

        Assert.NotEqual(0, before);
        Assert.Empty(patterns.SelectMany(pattern => Directory.GetFiles(folder, pattern)));
    }

    [Fact]
    public void Kill_RightAfterTheStart_EndsIt()
    {
        using var child = ChildProcess.Start(InChild.WaitForever);

        child.Kill();
        child.Join();

        Assert.Equal((ChildOutcomeKind.Signaled, (int?)9), (child.Outcome!.Kind, child.Outcome.Signal));
    }

    [Theory]
    [InlineData("HUP", 1)]
    [InlineData("QUIT", 3)]
    [InlineData("USR1", 10)]
    [InlineData("USR2", 12)]
    [InlineData("PIPE", 13)]
    [InlineData("ALRM", 14)]
    public void Outcome_OfAForeignProgramThatSomebodyElseKilled_SaysWhichSignal(string name, int signal)
    {
        using var child = ChildProcess.StartProgram("sleep", ["100"]);
        using var kill = ChildProcess.StartProgram("kill", [$"-{name}", $"{child.Pid}"]);
        child.Join();
        kill.Join();

        Assert.Equal((ChildOutcomeKind.Signaled, (int?)signal), (child.Outcome!.Kind, child.Outcome.Signal));
        Assert.DoesNotContain("this process sent", child.Outcome.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void Outcome_OfAFunctionThatSomebodyElseKilled_IsSignaled()
    {
        using var child = ChildProcess.Start(InChild.SayReadyAndWait, s_piped);
        AwaitReady(child);
        using var kill = ChildProcess.StartProgram("kill", ["-KILL", $"{child.Pid}"]);
        child.Join();
        kill.Join();

        Assert.Equal((ChildOutcomeKind.Signaled, (int?)9), (child.Outcome!.Kind, child.Outcome.Signal));
        Assert.DoesNotContain("this process sent", child.Outcome.Explanation, StringComparison.Ordinal);
    }

    private static bool Send(ChildProcess child, string call) => call switch
    {
        nameof(ChildProcess.Interrupt) => child.Interrupt(),
        nameof(ChildProcess.Kill) => child.Kill(),
        _ => child.Terminate(),
    };

    private static string HandleSignal(PosixSignal signal)
    {
        using var handled = new ManualResetEventSlim();
        using PosixSignalRegistration registration = PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            handled.Set();
        });
        InChild.Say(InChild.Ready);
        handled.Wait();
        return $"handled {signal}";
    }

    private static string HandleKey()
    {
        using var handled = new ManualResetEventSlim();
        ConsoleSpecialKey key = default;
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            key = pressed.SpecialKey;
            handled.Set();
        };
        InChild.Say(InChild.Ready);
        handled.Wait();
        return $"handled {key}";
    }

    private static void IgnoreTerminate()
    {
        using PosixSignalRegistration registration = PosixSignalRegistration.Create(PosixSignal.SIGTERM, static context => context.Cancel = true);
        InChild.SayReadyAndWait();
    }

    private static void StartSleeper()
    {
        InChild.Say($"{StartProgram("sleep", "100")}");
        InChild.WaitForever();
    }

    // With the framework's own class: it stays in the child's group.
    private static int StartProgram(string program, string argument)
    {
        using var process = System.Diagnostics.Process.Start(program, argument);
        return process.Id;
    }
}

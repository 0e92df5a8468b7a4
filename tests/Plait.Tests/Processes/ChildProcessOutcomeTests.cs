using Plait.Interop;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes;

/// <summary>The ways to end, told apart.</summary>
public sealed class ChildProcessOutcomeTests : ProcessTest
{
    private static readonly ChildProcessOptions s_quiet = new() { StandardError = ChildOutput.Keep };

    [Fact]
    public void Outcome_OfAFunctionThatReturned_IsReturned()
    {
        using var child = ChildProcess.Start(static () => 5, new ChildProcessOptions { Name = "fine" });
        Assert.Null(child.Outcome);
        child.Join();

        ChildOutcome outcome = child.Outcome!;

        Assert.Equal(ChildOutcomeKind.Returned, outcome.Kind);
        Assert.Equal((0, (int?)null), (outcome.ExitCode, outcome.Signal));
        Assert.True(outcome.IsSuccess);
        Assert.Equal(("fine", child.Pid), (outcome.Name, outcome.Pid));
        Assert.Null(outcome.Exception);
        Assert.InRange(outcome.ProcessorTime, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1));

        // At least what this process had when it started the child, and tests with big arguments ran in it before.
        using var self = System.Diagnostics.Process.GetCurrentProcess();
        Assert.InRange(outcome.PeakMemory, 5L << 20, Math.Max(1L << 30, self.PeakWorkingSet64 + (64L << 20)));
        Assert.Contains("returned", outcome.ToString(), StringComparison.Ordinal);
        Assert.Same(outcome, child.Outcome);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(255)]
    public void Outcome_OfAFunctionThatExited_HasTheCode(int code)
    {
        using var child = ChildProcess.Start(static (int code) => Environment.Exit(code), code);
        child.Join();

        Assert.Equal((ChildOutcomeKind.Exited, (int?)code), (child.Outcome!.Kind, child.Outcome.ExitCode));
        Assert.Equal(code == 0, child.Outcome.IsSuccess);
        Assert.Contains($"code {code}", child.Outcome.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void Result_OfAFunctionThatExited_FailsWithTheOutcome(int code)
    {
        using var child = ChildProcess.Start(ExitWithoutNumber, code);

        ChildFailedException failed = Assert.Throws<ChildFailedException>(() => child.Result);

        Assert.Equal((ChildOutcomeKind.Exited, (int?)code), (failed.Outcome.Kind, failed.Outcome.ExitCode));
        Assert.Contains($"code {code}", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Await_OfAnAsyncFunctionThatExited_FailsWithTheOutcome()
    {
        using var child = ChildProcess.Start(ExitLaterAsync, 9);

        Assert.Equal(9, (await Assert.ThrowsAsync<ChildFailedException>(async () => await child)).Outcome.ExitCode);
    }

    [Fact]
    public void Outcome_OfAStackOverflow_SaysSo()
    {
        using var child = ChildProcess.Start(static () => Recurse(0), s_quiet);
        child.Join();

        AssertAborted(ChildOutcomeKind.StackOverflow, child.Outcome!);
        Assert.Contains(nameof(Recurse), child.Outcome!.ErrorTail, StringComparison.Ordinal);
        Assert.Throws<ChildFailedException>(() => child.Result);
    }

    [Fact]
    public void Outcome_OfFailFast_SaysSo()
    {
        using var child = ChildProcess.Start(static () => Environment.FailFast("the well is dry"), s_quiet);
        child.Join();

        AssertAborted(ChildOutcomeKind.FailFast, child.Outcome!);
        Assert.Contains("the well is dry", child.Outcome!.ErrorTail, StringComparison.Ordinal);
        Assert.Contains("the well is dry", child.Outcome.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outcome_OfAnUnhandledExceptionOnAnotherThread_BringsTheException()
    {
        using var child = ChildProcess.Start(ThrowOnAnotherThread, s_quiet);
        child.Join();

        AssertAborted(ChildOutcomeKind.UnhandledException, child.Outcome!);
        Assert.Equal("nobody there", Assert.IsType<FormatException>(child.Outcome!.Exception).Message);
        ChildFailedException failed = await Assert.ThrowsAsync<ChildFailedException>(async () => await child);
        Assert.IsType<FormatException>(failed.InnerException);
    }

    [Fact]
    public void Outcome_OfAnUnhandledExceptionWhoseErrorOutputIsElsewhere_IsKnownAllTheSame()
    {
        using var child = ChildProcess.Start(ThrowOnAnotherThread, new ChildProcessOptions { StandardError = ChildOutput.Null });
        child.Join();

        AssertAborted(ChildOutcomeKind.UnhandledException, child.Outcome!);
        Assert.Equal(string.Empty, child.Outcome!.ErrorTail);
    }

    [Fact]
    public void Outcome_OfAFaultInNativeCode_IsTheSignal()
    {
        using var child = ChildProcess.Start(FaultInNativeCode, s_quiet);
        child.Join();

        Assert.Equal((ChildOutcomeKind.Signaled, (int?)11), (child.Outcome!.Kind, child.Outcome.Signal));
        Assert.Contains("SIGSEGV", child.Outcome.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void Outcome_OfAWriteToForeignMemory_IsAFatalError()
    {
        using var child = ChildProcess.Start(WriteToForeignMemory, s_quiet);
        child.Join();

        AssertAborted(ChildOutcomeKind.FailFast, child.Outcome!);
        Assert.Contains("fatal error", child.Outcome!.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void Outcome_OfATaskThatFailedUnobserved_IsReturned()
    {
        using var child = ChildProcess.Start(static () => { _ = Task.FromException(new FormatException()); });
        child.Join();

        Assert.Equal(ChildOutcomeKind.Returned, child.Outcome!.Kind);
    }

    [Fact]
    public void Outcome_OfAFunctionThatLeftAThreadRunning_IsReturnedAtOnce()
    {
        using var child = ChildProcess.Start(static () =>
        {
            new Thread(InChild.WaitForever) { IsBackground = false }.Start();
            return 3;
        });

        Assert.Equal(3, child.Result);
        Assert.Equal(0, child.Outcome!.ExitCode);
    }

    [Fact]
    public void ErrorTail_OfALongOutput_HoldsItsLastLines()
    {
        using var child = ChildProcess.Start(static () => InChild.Complain(5000), s_quiet);
        child.Join();

        string[] lines = child.Outcome!.ErrorTail.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal("line 5000", lines[^1]);
        Assert.InRange(child.Outcome.ErrorTail.Length, 4096, 8192);
        Assert.All(lines, static line => Assert.Matches("^line [0-9]+$", line));
    }

    [Fact]
    public void ErrorTail_OfAPipeThatWeRead_IsEmpty()
    {
        using var child = ChildProcess.Start(static () => InChild.Complain(2), new ChildProcessOptions { StandardError = ChildOutput.Pipe });
        using var reader = new StreamReader(child.StandardError!);

        Assert.Equal("line 1\nline 2\n", reader.ReadToEnd());
        child.Join();
        Assert.Equal(string.Empty, child.Outcome!.ErrorTail);
    }

    [Fact]
    public void Outcome_OfAMessageThatLooksLikeAStackOverflow_IsNotFooled()
    {
        using var child = ChildProcess.Start(static () => Environment.FailFast("Stack overflow."), s_quiet);
        child.Join();

        Assert.Equal(ChildOutcomeKind.FailFast, child.Outcome!.Kind);
    }

    private static void AssertAborted(ChildOutcomeKind kind, ChildOutcome outcome)
    {
        Assert.Equal((kind, (int?)6, (int?)null), (outcome.Kind, outcome.Signal, outcome.ExitCode));
        Assert.False(outcome.IsSuccess);
    }

    private static int ExitWithoutNumber(int code)
    {
        Environment.Exit(code);
        return 1;
    }

    private static async Task<int> ExitLaterAsync(int code)
    {
        await Task.Yield();
        Environment.Exit(code);
        return 1;
    }

    private static int Recurse(int depth) => depth < 0 ? 0 : Recurse(depth + 1) + depth;

    private static void ThrowOnAnotherThread()
    {
        new Thread(static () => throw new FormatException("nobody there")).Start();
        InChild.WaitForever();
    }

    // The C library itself writes to the address.
    private static unsafe void FaultInNativeCode() => _ = Libc.sigfillset((void*)8);

    private static unsafe void WriteToForeignMemory() => *(int*)0x1234_5678_9000 = 1;
}

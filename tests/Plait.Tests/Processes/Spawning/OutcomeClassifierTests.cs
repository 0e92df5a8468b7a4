using Plait.Interop;
using Plait.Memory;
using Plait.Processes;
using Plait.Processes.Spawning;
using Xunit;

namespace Plait.Tests.Processes.Spawning;

/// <summary>The table by which the ways to end are told apart.</summary>
public sealed class OutcomeClassifierTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void Classify_OfAResult_BelievesTheResult(int exitCode)
    {
        Assert.Equal((ChildOutcomeKind.Returned, exitCode, null), Judge(Exited(exitCode) with { HasReturned = true }));
        Assert.Equal((ChildOutcomeKind.Threw, exitCode, null), Judge(Exited(exitCode) with { HasReturned = false }));
    }

    [Fact]
    public void Classify_OfAResultAndASignal_BelievesTheResultAndTellsBoth()
    {
        Evidence evidence = Killed(Signals.Abort) with { HasReturned = true };

        Assert.Equal((ChildOutcomeKind.Returned, null, Signals.Abort), Judge(evidence));
        Assert.Contains("SIGABRT", OutcomeClassifier.Classify(evidence).Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void Classify_OfAResultAndTheWatchdog_BelievesTheResult() =>
        Assert.Equal(ChildOutcomeKind.Returned, Judge(Killed(Signals.Kill) with { HasReturned = true, KilledByWatchdog = true }).Kind);

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Classify_OfAnExitWithoutResult_IsExited(int exitCode)
    {
        Assert.Equal((ChildOutcomeKind.Exited, exitCode, null), Judge(Exited(exitCode)));
        Assert.Contains("before its function returned", OutcomeClassifier.Classify(Exited(exitCode)).Explanation, StringComparison.Ordinal);
        Assert.DoesNotContain("function", OutcomeClassifier.Classify(Exited(exitCode) with { IsForeign = true }).Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Signals.Kill)]
    [InlineData(Signals.Terminate)]
    [InlineData(Signals.Interrupt)]
    [InlineData(Signals.Segment)]
    [InlineData(64)]
    public void Classify_OfASignal_IsSignaled(int signal)
    {
        Assert.Equal((ChildOutcomeKind.Signaled, null, signal), Judge(Killed(signal)));
        Assert.DoesNotContain("which this process sent", OutcomeClassifier.Classify(Killed(signal)).Explanation, StringComparison.Ordinal);
        Assert.Contains("which this process sent", OutcomeClassifier.Classify(Killed(signal) with { SentSignal = signal }).Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("StackOverflow", ChildOutcomeKind.StackOverflow)]
    [InlineData("FailFast", ChildOutcomeKind.FailFast)]
    [InlineData("FatalError", ChildOutcomeKind.FailFast)]
    [InlineData("OutOfMemory", ChildOutcomeKind.OutOfMemory)]
    [InlineData("UnhandledException", ChildOutcomeKind.UnhandledException)]
    [InlineData("None", ChildOutcomeKind.Signaled)]
    public void Classify_OfAnAbort_GoesByTheLastWords(string words, ChildOutcomeKind expected)
    {
        Evidence evidence = Killed(Signals.Abort) with { LastWords = Enum.Parse<LastWords>(words), IsErrorSeen = true };

        Assert.Equal((expected, null, Signals.Abort), Judge(evidence));
        Assert.Equal(ChildOutcomeKind.Signaled, Judge(evidence with { IsForeign = true }).Kind);
    }

    [Theory]
    [InlineData(false, ChildOutcomeKind.UnhandledException)]
    [InlineData(true, ChildOutcomeKind.OutOfMemory)]
    public void Classify_OfAnAbortWithoutWords_GoesByTheStateWords(bool sawOutOfMemory, ChildOutcomeKind expected) =>
        Assert.Equal(expected, Judge(Killed(Signals.Abort) with { SawUnhandled = true, SawOutOfMemory = sawOutOfMemory }).Kind);

    [Theory]
    [InlineData(true, "no last words")]
    [InlineData(false, "did not pass through us")]
    public void Classify_OfAnAbortWithoutAnySign_SaysWhy(bool isErrorSeen, string expected) =>
        Assert.Contains(expected, OutcomeClassifier.Classify(Killed(Signals.Abort) with { IsErrorSeen = isErrorSeen }).Explanation, StringComparison.Ordinal);

    [Fact]
    public void Classify_OfAKillForMemory_SaysByWhom()
    {
        (ChildOutcomeKind kind, _, _, string explanation) = OutcomeClassifier.Classify(Killed(Signals.Kill) with { KilledByWatchdog = true, SentSignal = Signals.Kill });
        Assert.Equal(ChildOutcomeKind.KilledForMemory, kind);
        Assert.Contains("watchdog", explanation, StringComparison.Ordinal);

        (kind, _, _, explanation) = OutcomeClassifier.Classify(Killed(Signals.Kill) with { KernelKilledForMemory = true });
        Assert.Equal(ChildOutcomeKind.KilledForMemory, kind);
        Assert.Contains("kernel", explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void Classify_OfOurOwnKillWhileTheKernelKilledAnother_IsSignaled()
    {
        Assert.Equal(ChildOutcomeKind.Signaled, Judge(Killed(Signals.Kill) with { KernelKilledForMemory = true, SentSignal = Signals.Kill }).Kind);
        Assert.Equal(ChildOutcomeKind.Signaled, Judge(Killed(Signals.Terminate) with { KernelKilledForMemory = true }).Kind);
    }

    [Fact]
    public void Classify_OfAnEndBeforeOurCode_IsBootstrapFailed()
    {
        Assert.Equal((ChildOutcomeKind.BootstrapFailed, 137, null), Judge(Exited(137) with { Phase = ChannelPhase.Spawned }));
        Assert.Equal((ChildOutcomeKind.BootstrapFailed, null, Signals.Abort), Judge(Killed(Signals.Abort) with { Phase = ChannelPhase.Spawned }));
        Assert.Equal(ChildOutcomeKind.BootstrapFailed, Judge(Killed(Signals.Kill) with { Phase = ChannelPhase.Spawned, StartTimedOut = true, SentSignal = Signals.Kill }).Kind);
    }

    [Fact]
    public void Classify_OfOurSignalBeforeOurCode_IsSignaled() =>
        Assert.Equal((ChildOutcomeKind.Signaled, null, Signals.Terminate), Judge(Killed(Signals.Terminate) with { Phase = ChannelPhase.Spawned, SentSignal = Signals.Terminate }));

    [Fact]
    public void Classify_OfABootstrapThatNeedsACall_AdvisesIt() =>
        Assert.Contains("RunIfWorker", OutcomeClassifier.Classify(Exited(0) with { Phase = ChannelPhase.Spawned, NeedsExplicitCall = true }).Explanation, StringComparison.Ordinal);

    [Fact]
    public void Classify_OfAForeignProgram_HasNoBootstrap() =>
        Assert.Equal(ChildOutcomeKind.Exited, Judge(Exited(1) with { IsForeign = true, Phase = ChannelPhase.Spawned }).Kind);

    [Fact]
    public void Classify_OfAStatusThatSomebodyElseTook_IsUnknownUnlessThereIsAResult()
    {
        Assert.Equal((ChildOutcomeKind.Unknown, null, null), Judge(Of(default)));
        Assert.Equal((ChildOutcomeKind.Returned, null, null), Judge(Of(default) with { HasReturned = true }));
    }

    private static (ChildOutcomeKind Kind, int? ExitCode, int? Signal) Judge(Evidence evidence)
    {
        (ChildOutcomeKind kind, int? exitCode, int? signal, string explanation) = OutcomeClassifier.Classify(evidence);
        Assert.EndsWith(".", explanation, StringComparison.Ordinal);
        return (kind, exitCode, signal);
    }

    private static Evidence Exited(int code) => Of(new WaitStatus(true, code, 0, TimeSpan.Zero, 0));

    private static Evidence Killed(int signal) => Of(new WaitStatus(true, 0, signal, TimeSpan.Zero, 0));

    private static Evidence Of(WaitStatus status) => new() { Status = status, Phase = ChannelPhase.Started };
}

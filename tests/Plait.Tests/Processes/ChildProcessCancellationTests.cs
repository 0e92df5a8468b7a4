using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes;

/// <summary>Cooperative ends: Cancel, tokens that are passed, and CurrentProcess.Cancellation.</summary>
public sealed class ChildProcessCancellationTests : ProcessTest
{
    private static readonly ChildProcessOptions s_piped = new() { StandardOutput = ChildOutput.Pipe };

    [Fact]
    public void Cancel_OfAFunctionThatWatchesItsOwnToken_EndsIt()
    {
        using var child = ChildProcess.Start(WatchCurrent, s_piped);
        AwaitReady(child);

        child.Cancel();

        Assert.Equal("cancelled", child.Result);
    }

    [Fact]
    public void Cancel_OfAFunctionWithAnOpenTokenParameter_CancelsIt()
    {
        using var child = ChildProcess.Start(Watch, CancellationToken.None, s_piped);
        AwaitReady(child);

        child.Cancel();

        Assert.Equal("cancelled", child.Result);
    }

    [Fact]
    public void Cancel_BeforeTheFunctionRuns_IsNotLost()
    {
        using var child = ChildProcess.Start(Watch, CancellationToken.None, s_piped);

        child.Cancel();

        Assert.Equal("cancelled", child.Result);
    }

    [Fact]
    public async Task Token_CancelledHere_IsCancelledInTheChild()
    {
        using var source = new CancellationTokenSource();
        using var child = ChildProcess.Start(Watch, source.Token, s_piped);
        AwaitReady(child);

        await source.CancelAsync();

        Assert.Equal("cancelled", child.Result);
    }

    [Fact]
    public void Token_CancelledBeforeTheStart_IsCancelledInTheChild()
    {
        using var child = ChildProcess.Start(static (CancellationToken token) => token.IsCancellationRequested, new CancellationToken(canceled: true));

        Assert.True(child.Result);
    }

    [Fact]
    public void Token_NeverCancelled_IsNotCancelledInTheChild()
    {
        using var source = new CancellationTokenSource();
        using var child = ChildProcess.Start(static (CancellationToken token) => (token.CanBeCanceled, token.IsCancellationRequested), source.Token);

        Assert.Equal((true, false), child.Result);
    }

    [Fact]
    public async Task Cancel_OfAFunctionThatThrowsForIt_BringsTheException()
    {
        using var child = ChildProcess.Start(WaitAsync, CancellationToken.None, s_piped);
        AwaitReady(child);

        child.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await child);
        Assert.Equal(ChildOutcomeKind.Threw, child.Outcome!.Kind);
    }

    [Fact]
    public void Cancel_OfAChildThatHasEnded_DoesNothing()
    {
        using var child = ChildProcess.Start(static () => 1);
        child.Join();

        child.Cancel();

        Assert.Equal(1, child.Result);
    }

    [Fact]
    public async Task Token_CancelledAfterTheChildEnded_DoesNothing()
    {
        using var source = new CancellationTokenSource();
        using var child = ChildProcess.Start(static (CancellationToken token) => token.IsCancellationRequested, source.Token);

        Assert.False(child.Result);
        await source.CancelAsync();
        Assert.False(child.Result);
    }

    [Fact]
    public void Cancel_OfAForeignProgram_IsRefused()
    {
        using var child = ChildProcess.StartProgram("sleep", ["100"]);

        Assert.Contains("foreign program", Assert.Throws<InvalidOperationException>(child.Cancel).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancel_BeforeTheStart_IsRefused()
    {
        using var child = ChildProcess.Create(static () => 1);

        Assert.Throws<InvalidOperationException>(child.Cancel);
    }

    [Fact]
    public void Cancellation_InTheMainProcess_CannotBeReached() =>
        Assert.False(ChildProcess.Current.Cancellation.IsCancellationRequested);

    private static string WatchCurrent() => Watch(ChildProcess.Current.Cancellation);

    private static string Watch(CancellationToken token)
    {
        InChild.Say(InChild.Ready);
        token.WaitHandle.WaitOne();
        return "cancelled";
    }

    private static async Task<int> WaitAsync(CancellationToken token)
    {
        InChild.Say(InChild.Ready);
        await new TaskCompletionSource().Task.WaitAsync(token);
        return 0;
    }
}

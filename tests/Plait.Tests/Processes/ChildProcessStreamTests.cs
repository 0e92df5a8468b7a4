using System.Text;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes;

/// <summary>Where a function's standard streams come from and go to.</summary>
public sealed class ChildProcessStreamTests : ProcessTest
{
    [Fact]
    public void StandardInput_ByDefault_IsEmpty()
    {
        using var child = ChildProcess.Start(static () => (Console.In.ReadToEnd(), InChild.Target(0)));

        Assert.Equal((string.Empty, "/dev/null"), child.Result);
        Assert.Null(child.StandardInput);
    }

    [Fact]
    public void StandardInput_Inherited_IsOurs()
    {
        using var child = ChildProcess.Start(static () => InChild.Target(0), new ChildProcessOptions { StandardInput = ChildInput.Inherit });

        Assert.Equal(InChild.Target(0), child.Result);
    }

    [Fact]
    public void StandardInput_AsAPipe_IsWhatWeWrite()
    {
        using var child = ChildProcess.Start(static () => Console.In.ReadToEnd(), new ChildProcessOptions { StandardInput = ChildInput.Pipe });
        child.StandardInput!.Write("first\nsecond\n"u8);
        child.StandardInput.Dispose();

        Assert.Equal("first\nsecond\n", child.Result);
    }

    [Fact]
    public void StandardInput_WrittenAfterTheChildEnded_IsABrokenPipe()
    {
        using var child = ChildProcess.Start(static () => 1, new ChildProcessOptions { StandardInput = ChildInput.Pipe });
        child.Join();

        Assert.Throws<IOException>(() => child.StandardInput!.Write("nobody reads"u8));
    }

    [Fact]
    public void StandardInput_FromAnotherChild_ReadsItsOutput()
    {
        using var producer = ChildProcess.Start(static () => InChild.Say("through the pipe"), new ChildProcessOptions { StandardOutput = ChildOutput.Pipe });
        using var consumer = ChildProcess.Start(static () => Console.In.ReadToEnd(), new ChildProcessOptions { StandardInput = ChildInput.From(producer) });

        Assert.Equal("through the pipe\n", consumer.Result);
        Assert.Null(producer.StandardOutput);
    }

    [Fact]
    public void StandardInput_FromAChildTwice_IsRefused()
    {
        using var producer = ChildProcess.StartProgram("sleep", ["100"], new ChildProcessOptions { StandardOutput = ChildOutput.Pipe });
        using var consumer = ChildProcess.StartProgram("cat", options: new ChildProcessOptions { StandardInput = ChildInput.From(producer), StandardOutput = ChildOutput.Null });

        Assert.Throws<InvalidOperationException>(() => ChildProcess.StartProgram("cat", options: new ChildProcessOptions { StandardInput = ChildInput.From(producer) }));
    }

    [Fact]
    public void StandardInput_FromAChildWithoutPipe_IsRefusedAndExplained()
    {
        using var producer = ChildProcess.StartProgram("sleep", ["100"], new ChildProcessOptions { Name = "mute" });

        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(
            () => ChildProcess.StartProgram("cat", options: new ChildProcessOptions { StandardInput = ChildInput.From(producer) }));

        Assert.Contains("'mute'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void StandardOutput_ByDefault_IsOurs()
    {
        using var child = ChildProcess.Start(static () => (InChild.Target(1), InChild.Target(2).StartsWith("pipe:", StringComparison.Ordinal)));

        Assert.Equal((InChild.Target(1), true), child.Result);
        Assert.Null(child.StandardOutput);
        Assert.Null(child.StandardError);
    }

    [Fact]
    public void StandardOutput_Null_IsNowhere()
    {
        var options = new ChildProcessOptions { StandardOutput = ChildOutput.Null, StandardError = ChildOutput.Null };
        using var child = ChildProcess.Start(static () => (InChild.Target(1), InChild.Target(2)), options);

        Assert.Equal(("/dev/null", "/dev/null"), child.Result);
    }

    [Fact]
    public void StandardOutput_AsAPipe_CarriesEverything()
    {
        using var child = ChildProcess.Start(WriteMuch, 3 << 20, new ChildProcessOptions { StandardOutput = ChildOutput.Pipe });
        using var all = new MemoryStream();
        child.StandardOutput!.CopyTo(all);
        child.Join();

        Assert.Equal(3 << 20, all.Length);
        Assert.Equal(ChildOutcomeKind.Returned, child.Outcome!.Kind);
    }

    [Fact]
    public void StandardOutput_FullAndDisposed_LetsTheChildEnd()
    {
        var child = ChildProcess.Start(WriteMuch, 1 << 20, new ChildProcessOptions { StandardOutput = ChildOutput.Pipe, StandardError = ChildOutput.Null });
        _ = child.StandardOutput!.ReadByte();

        child.Dispose();

        Assert.False(child.IsAlive);
    }

    [Fact]
    public void ConsoleOut_OfAFunctionThatReturns_IsFlushed()
    {
        using var child = ChildProcess.Start(static () => Console.Write("no newline"), new ChildProcessOptions { StandardOutput = ChildOutput.Pipe });
        using var reader = new StreamReader(child.StandardOutput!);

        Assert.Equal("no newline", reader.ReadToEnd());
    }

    [Theory]
    [InlineData(ChildOutput.Forward, "[scribe] line 1\n[scribe] line 2\n[scribe] the end\n")]
    [InlineData(ChildOutput.Relay, "line 1\nline 2\nthe end")]
    public void StandardError_PassedOn_IsWhatTheGrandchildWrote(ChildOutput kind, string expected)
    {
        using var child = ChildProcess.Start(ReportOn, kind, true, new ChildProcessOptions { StandardError = ChildOutput.Pipe });
        using var reader = new StreamReader(child.StandardError!);

        Assert.Equal(expected, reader.ReadToEnd());
        Assert.Equal("line 1\nline 2\nthe end", child.Result);
    }

    [Theory]
    [InlineData(ChildOutput.Forward, "[scribe] line 1\n[scribe] line 2\n[scribe] the end\n")]
    [InlineData(ChildOutput.Relay, "line 1\nline 2\nthe end")]
    public void StandardOutput_PassedOn_IsWhatTheGrandchildWrote(ChildOutput kind, string expected)
    {
        using var child = ChildProcess.Start(ReportOn, kind, false, new ChildProcessOptions { StandardOutput = ChildOutput.Pipe });
        using var reader = new StreamReader(child.StandardOutput!);

        Assert.Equal(expected, reader.ReadToEnd());
        Assert.Equal(string.Empty, child.Result);
    }

    [Fact]
    public void StandardError_OfAChildWhoseOwnChildHoldsItOpen_DoesNotDelayTheEnd()
    {
        using var child = ChildProcess.Start(LeaveDaemonBehind, new ChildProcessOptions { StandardError = ChildOutput.Keep });
        child.Join();

        Assert.Equal(ChildOutcomeKind.Returned, child.Outcome!.Kind);
        Assert.Contains("before the end", child.Outcome.ErrorTail, StringComparison.Ordinal);
    }

    private static void LeaveDaemonBehind()
    {
        using var sleeper = System.Diagnostics.Process.Start("sleep", "100");
        Console.Error.WriteLine("before the end");
    }

    private static string ReportOn(ChildOutput kind, bool onError)
    {
        var options = new ChildProcessOptions { Name = "scribe", StandardOutput = onError ? ChildOutput.Inherit : kind, StandardError = onError ? kind : ChildOutput.Null };
        using var child = ChildProcess.Start(WriteLines, onError, options);
        child.Join();
        return child.Outcome!.ErrorTail;
    }

    private static void WriteLines(bool onError)
    {
        using Stream output = onError ? Console.OpenStandardError() : Console.OpenStandardOutput();
        output.Write("line 1\nli"u8);
        output.Write("ne 2\n"u8);
        output.Write("the end"u8);
    }

    private static void WriteMuch(int count)
    {
        using Stream output = Console.OpenStandardOutput();
        output.Write(Encoding.UTF8.GetBytes(new string('x', count)));
    }
}

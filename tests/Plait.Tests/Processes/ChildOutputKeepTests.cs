using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes;

/// <summary>Standard error that is kept for the outcome and shown to nobody.</summary>
public sealed class ChildOutputKeepTests : ProcessTest
{
    [Fact]
    public void Keep_ChildFails_TailIsInTheOutcomeAndNowhereElse()
    {
        using ChildProcess<string> parent = ChildProcess.Start(RunFailingChild, new ChildProcessOptions { StandardError = ChildOutput.Pipe });
        string shown = new StreamReader(parent.StandardError!).ReadToEnd();

        Assert.Equal("FailFast\nhere it ends", parent.Result);
        Assert.Empty(shown);
    }

    [Fact]
    public void Keep_MoreThanAPipeHolds_DoesNotStopTheChild()
    {
        var options = new ChildProcessOptions { StandardOutput = ChildOutput.Keep, StandardError = ChildOutput.Keep };
        using var program = ChildProcess.StartProgram("/bin/sh", ["-c", "head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2; echo the end >&2"], options);
        program.Join();

        Assert.True(program.Outcome!.IsSuccess, program.Outcome.ToString());
        Assert.EndsWith("the end\n", program.Outcome.ErrorTail, StringComparison.Ordinal);
    }

    private static string RunFailingChild()
    {
        using var child = ChildProcess.Start(static () => Environment.FailFast("here it ends"), new ChildProcessOptions { StandardError = ChildOutput.Keep });
        child.Join();
        return $"{child.Outcome!.Kind}\n{child.Outcome.ErrorTail.Split('\n')[1]}";
    }
}

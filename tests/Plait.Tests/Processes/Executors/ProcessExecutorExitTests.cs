using System.Globalization;
using Plait.Processes;
using Plait.Tests.Processes.Deaths;
using Xunit;

namespace Plait.Tests.Processes.Executors;

/// <summary>The end of a program that has an executor with tasks: it is not held up, and nothing is left of it.</summary>
public sealed class ProcessExecutorExitTests : ProcessTest
{
    [Theory]
    [InlineData("return", 7, null)]
    [InlineData("Environment.Exit", 7, null)]
    [InlineData("unhandled exception", null, 6)]
    public void Exit_OfAProgramWithTasks_IsNotHeldUp(string way, int? code, int? signal)
    {
        using Dummy parent = Dummy.Start(["executor", way], ("DOTNET_DbgEnableMiniDump", "0"));
        int[] workers = [ReadUp(parent), ReadUp(parent)];

        parent.WriteLine("go");

        ChildOutcome outcome = parent.Outcome;
        Assert.Equal((code, signal), (outcome.ExitCode, outcome.Signal));
        AssertGone(parent, workers);
    }

    [Fact]
    public void Interrupt_OfTheProgramsGroup_EndsItAndItsWorkersOnce()
    {
        using Dummy parent = Dummy.Start(["executor", "SIGINT"]);
        int[] workers = [ReadUp(parent), ReadUp(parent)];

        parent.Interrupt();

        // The workers never saw it: they are no members of the terminal's group.
        Assert.Empty(parent.ReadToEnd());
        ChildOutcome outcome = parent.Outcome;
        Assert.True(outcome.Signal == 2 || outcome.ExitCode == 130, $"{outcome}");
        AssertGone(parent, workers);
    }

    [Fact]
    public void Interrupt_OfAProgramThatHandlesIt_LeavesItsWorkersAlone()
    {
        using Dummy parent = Dummy.Start(["executor", "SIGINT handled"]);
        int[] workers = [ReadUp(parent), ReadUp(parent)];

        parent.Interrupt();

        Assert.Equal(["handled", "answered 5, Running, 0 died"], parent.ReadToEnd());
        Assert.Equal(7, parent.Outcome.ExitCode);
        AssertGone(parent, workers);
    }

    private static int ReadUp(Dummy parent)
    {
        string line = parent.ReadLine() ?? throw new EndOfStreamException($"The parent ended before its tasks were up: {parent.Outcome}\n{parent.Error}");
        Assert.StartsWith("up ", line, StringComparison.Ordinal);
        return int.Parse(line[3..], CultureInfo.InvariantCulture);
    }

    private static void AssertGone(Dummy parent, int[] workers) =>
        Assert.Equal(string.Empty, parent.Family.WaitUntilGone(3 * Limits.OneSecond(), workers).Left);
}

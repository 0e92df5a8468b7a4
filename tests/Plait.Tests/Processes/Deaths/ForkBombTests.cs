using Xunit;

namespace Plait.Tests.Processes.Deaths;

/// <summary>Mistakes that would start processes without end are stopped, and say so.</summary>
public sealed class ForkBombTests
{
    [Theory]
    [InlineData("rubbish")]
    [InlineData("1:1:3:4")]
    [InlineData("2:17:5:6:7")]
    public void Start_InAWorkerWhoseMainRuns_IsRefused(string variable)
    {
        using Dummy program = Dummy.Start(["start"], ("PLAIT_WORKER", variable));
        string line = Assert.Single(program.ReadToEnd());
        Assert.StartsWith("refused This process was started as a Plait worker, but its Main runs", line);
        Assert.Contains("ChildProcess.RunIfWorker()", line);
        Assert.Equal(1, program.Outcome.ExitCode);
        Assert.Empty(program.Family.Alive());
    }

    [Fact]
    public void Start_InTheTenthGeneration_IsRefusedAndTheChainEnds()
    {
        using Dummy program = Dummy.Start(["nest"]);
        string[] lines = program.ReadToEnd();
        Assert.Equal(Enumerable.Range(0, 11).Select(static depth => $"depth {depth}"), lines[..^1]);
        Assert.Matches("^refused Process 'child-1' \\(pid [0-9]+\\) is generation 10 of children that start children; Plait stops at 10, because", lines[^1]);
        Assert.Equal(1, program.Outcome.ExitCode);
        Assert.Empty(program.Family.Alive());
    }
}

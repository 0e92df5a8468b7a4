using System.Globalization;
using System.Text.Json;
using Plait.Synchronization;

namespace Plait.Cli.Tests.Commands;

public sealed class DeadlocksTests
{
    [Theory]
    [InlineData("There is no process 2147483647.", "deadlocks", "2147483647")]
    [InlineData("There is no scope 'no-such-scope'", "deadlocks", "no-such-scope")]
    [InlineData("'../x' is neither", "deadlocks", "../x")]
    [InlineData("choose one", "deadlocks", "1", "--json", "--dot")]
    [InlineData("--suspect -1", "deadlocks", "1", "--suspect", "-1")]
    [InlineData("has no Plait scope", "deadlocks", "PARENT")]
    public async Task Deadlocks_OfWhatCannotBeLookedAt_ReturnsTwoAndNamesTheValue(string message, params string[] args)
    {
        // A process without Plait, that lives as long as the test needs it.
        using var sleeper = System.Diagnostics.Process.Start("sleep", "60");
        try
        {
            ToolRun run = await ToolRun.OfAsync([], [.. args.Select(arg => arg == "PARENT" ? sleeper.Id.ToString(CultureInfo.InvariantCulture) : arg)]);

            Assert.Equal(ExitCode.BadUsage, run.ExitCode);
            Assert.Contains(message, run.Error);
            Assert.Empty(run.Output);
        }
        finally
        {
            sleeper.Kill();
            await sleeper.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Deadlocks_OfAProcessWithoutOne_ReturnsZeroAndShowsItsHolds()
    {
        using var scope = ThreadScope.Create();
        ILock gate = scope.CreateLock("the only gate");
        using Hold hold = gate.Acquire();
        string pid = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

        ToolRun text = await ToolRun.OfAsync([], "deadlocks", pid);
        ToolRun json = await ToolRun.OfAsync([], "deadlocks", pid, "--json");
        ToolRun dot = await ToolRun.OfAsync([], "deadlocks", pid, "--dot");
        ToolRun mermaid = await ToolRun.OfAsync([], "deadlocks", pid, "--mermaid");

        Assert.All([text, json, dot, mermaid], run =>
        {
            Assert.Equal(ExitCode.Ok, run.ExitCode);
            Assert.Contains("the only gate", run.Output);
        });
        using JsonDocument document = JsonDocument.Parse(json.Output);
        Assert.Equal(0, document.RootElement.GetProperty("deadlocks").GetArrayLength());
        Assert.Equal("the only gate", document.RootElement.GetProperty("primitives")[0].GetProperty("name").GetString());
        Assert.StartsWith("digraph", dot.Output);
        Assert.StartsWith("flowchart", mermaid.Output);
    }

    [Fact]
    public async Task Deadlocks_OfAProcessInOne_ReturnsOneAndReportsIt()
    {
        DeadlockDetection.Threshold = Timeout.InfiniteTimeSpan;
        using var scope = ThreadScope.Create();
        ILock gate = scope.CreateLock("taken twice");
        using var end = new CancellationTokenSource();
        CancellationToken token = end.Token;
        var thread = new Thread(() =>
        {
            using Hold hold = gate.Acquire();
            try
            {
                gate.Acquire(token).Release();
            }
            catch (OperationCanceledException)
            {
                // The end of the test.
            }
        });
        thread.Start();
        Assert.True(SpinWait.SpinUntil(() => gate.GetStatistics().Waiting == 1, TimeSpan.FromSeconds(60)));

        ToolRun run = await ToolRun.OfAsync([], "deadlocks", Environment.ProcessId.ToString(CultureInfo.InvariantCulture));

        await end.CancelAsync();
        thread.Join();
        DeadlockDetection.Threshold = TimeSpan.FromSeconds(1);
        Assert.Equal(ExitCode.CheckFailed, run.ExitCode);
        Assert.Contains("Deadlock of 1 unit in 1 process", run.Output);
        Assert.Contains("'taken twice'", run.Output);
    }
}

using Plait.Execution;
using Plait.Processes;
using Plait.Scheduling;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Processes.Executors;

/// <summary>Limits of memory of single tasks.</summary>
public sealed class ProcessExecutorMemoryTests : ProcessExecutorTest
{
    private const long Limit = 64L << 20;
    private const int Big = 256 << 20;

    private static byte[]? s_kept;

    [Fact]
    public async Task MemoryLimit_Passed_FailsTheTaskWithNameLimitAndGain()
    {
        await using var executor = new ProcessExecutor(Small());
        var events = Watch(executor);
        using var gate = new Gate();
        int before = await executor.Submit(static () => Environment.ProcessId).InTime();

        Future<int> greedy = executor.Submit(Grow, Big, gate.Path, new TaskOptions { Name = "greedy", MemoryLimit = Limit });
        MemoryLimitExceededException error = await greedy.FailsWith<MemoryLimitExceededException>();

        Assert.Equal(("greedy", Limit), (error.TaskName, error.Limit));
        Assert.True(error.Gained > Limit, error.Message);
        Assert.Contains("greedy", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{Limit}", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{error.Gained}", error.Message, StringComparison.Ordinal);
        Assert.NotEqual(before, await executor.Submit(static () => Environment.ProcessId).InTime());
        await UntilGoneAsync(before);
        await UntilAsync(() => events.Any(static happened => happened.Kind == WorkerEventKind.Stopped && happened.Message.Contains("'greedy' passed its memory limit", StringComparison.Ordinal)));
        Assert.Equal(1, executor.GetStatistics().Failed);
        Assert.Equal(0, executor.GetStatistics().WorkersDied);
    }

    [Fact]
    public async Task MemoryLimit_NotPassed_ChangesNothing()
    {
        await using var executor = new ProcessExecutor(Small());
        var options = new TaskOptions { MemoryLimit = 4L * Big };

        Assert.Equal(Big, await executor.Submit(Touch, Big, options).InTime());
        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2, options).InTime());
        Assert.Equal(1, executor.GetStatistics().WorkersStarted);
    }

    [Fact]
    public async Task MemoryLimit_OfOneAfterAnother_CountsWhatItGainsItself()
    {
        await using var executor = new ProcessExecutor(Small());
        using var gate = new Gate();
        await executor.Submit(Keep, Big).InTime();

        // Its worker has several times its limit before it begins. Looked at many times while it is at the gate.
        Future<int> modest = executor.Submit(Gate.Pass, gate.Path, new TaskOptions { MemoryLimit = Limit });
        await gate.NextAsync();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        await timer.WaitForNextTickAsync();
        gate.Open();

        await modest.InTime();
        Assert.Equal(1, executor.GetStatistics().WorkersStarted);
    }

    [Fact]
    public async Task MemoryLimit_Passed_IsTriedAgainIfThePolicySaysSo()
    {
        await using var executor = new ProcessExecutor(Small());
        using var gate = new Gate();
        var retries = new RetryPolicy { Count = 2, ShouldRetry = static error => error is MemoryLimitExceededException };

        await executor.Submit(Grow, Big, gate.Path, new TaskOptions { MemoryLimit = Limit, Retries = retries }).FailsWith<MemoryLimitExceededException>();

        Assert.Equal(2, executor.GetStatistics().Retried);
        Assert.Equal(1, executor.GetStatistics().Failed);
        await executor.Submit(Grow, Big, gate.Path, new TaskOptions { MemoryLimit = Limit, Retries = 2 }).FailsWith<MemoryLimitExceededException>();
        Assert.Equal(2, executor.GetStatistics().Retried);
    }

    [Fact]
    public async Task MemoryLimit_Passed_HarmsNobodyBehindOrBeside()
    {
        await using var executor = new ProcessExecutor(Small(2));
        using var gate = new Gate();
        Future<int>[] before = [.. Enumerable.Range(0, 100).Select(number => executor.Submit(Work.Add, number, 0))];
        Future<int> greedy = executor.Submit(Grow, Big, gate.Path, new TaskOptions { MemoryLimit = Limit });
        Future<int>[] after = [.. Enumerable.Range(0, 100).Select(number => executor.Submit(Work.Add, number, 0))];

        Assert.Equal(Enumerable.Range(0, 100), await Task.WhenAll(before.Select(static future => future.Task)).InTime());
        Assert.Equal(Enumerable.Range(0, 100), await Task.WhenAll(after.Select(static future => future.Task)).InTime());
        await greedy.FailsWith<MemoryLimitExceededException>();
        Assert.Equal(0, executor.GetStatistics().WorkersDied);
    }

    [Fact]
    public async Task MemoryLimit_PassedInSlices_EndsThatTaskAlone()
    {
        ProcessExecutorOptions options = Small();
        options.Policy = new RoundRobinPolicy(SchedulingTime.Millisecond);
        await using var executor = new ProcessExecutor(options);
        using var gate = new Gate();
        using var other = new Gate();

        Future<int> beside = executor.Submit(Gate.Pass, other.Path);
        Future<int> greedy = executor.Submit(Grow, Big, gate.Path, new TaskOptions { MemoryLimit = Limit });
        await greedy.FailsWith<MemoryLimitExceededException>();

        other.Open();
        await beside.InTime();
    }

    [Fact]
    public async Task MemoryLimit_OfAStream_EndsItWithTheError()
    {
        await using var executor = new ProcessExecutor(Small());
        using var gate = new Gate();
        var values = new List<int>();

        await Assert.ThrowsAsync<MemoryLimitExceededException>(async () =>
        {
            await foreach (int value in executor.Stream<int>(new WorkRequest((Func<int, string, IEnumerable<int>>)YieldAndGrow, [Big, gate.Path], new TaskOptions { MemoryLimit = Limit })))
            {
                values.Add(value);
            }
        });

        Assert.Equal([1], values);
    }

    // Touched, so that it is resident; at the gate for ever, for nobody opens that.
    private static int Grow(int bytes, string gate)
    {
        byte[] block = new byte[bytes];
        Array.Fill(block, (byte)1);
        int pid = Gate.Pass(gate);
        return block[pid % bytes];
    }

    private static int Touch(int bytes)
    {
        byte[] block = new byte[bytes];
        Array.Fill(block, (byte)1);
        return block.Length;
    }

    private static void Keep(int bytes)
    {
        s_kept = new byte[bytes];
        Array.Fill(s_kept, (byte)1);
    }

    private static IEnumerable<int> YieldAndGrow(int bytes, string gate)
    {
        yield return 1;
        yield return Grow(bytes, gate);
    }
}

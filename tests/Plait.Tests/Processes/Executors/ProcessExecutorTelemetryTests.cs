using System.Diagnostics;
using Plait.Execution;
using Plait.Processes;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Processes.Executors;

/// <summary>Traces across the border of a process: what only executors of processes show.</summary>
public sealed class ProcessExecutorTelemetryTests : ExecutorTest
{
    // In a worker: the last activity that ended there.
    private static string? s_seen;

    [Fact]
    public async Task Activity_WithAListenerInTheWorker_IsAChildOfTheTasks()
    {
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { Workers = 1, Spares = 0, Initializer = Listen });
        using var activities = new Activities(executor);

        await executor.Submit(Work.Add, 1, 2).InTime();
        string? seen = await executor.Submit(static () => s_seen).InTime();

        Activity task = activities.Ended[0];
        Assert.Equal($"plait.task.run {ActivityKind.Server} {task.TraceId} {task.SpanId} {ActivityStatusCode.Unset}", seen);
    }

    [Fact]
    public async Task Activity_OfAFunctionThatThrowsInTheWorker_HasItsError()
    {
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { Workers = 1, Spares = 0, Initializer = Listen });
        using Activity outer = new Activity("outer").Start();

        await executor.Submit(Work.Fail, "test").FailsWith<InvalidDataException>();
        string? seen = await executor.Submit(static () => s_seen).InTime();

        Assert.Equal($"plait.task.run {ActivityKind.Server} {outer.TraceId} {outer.SpanId} {ActivityStatusCode.Error}", seen);
    }

    [Fact]
    public async Task Activity_OfATask_NamesItsWorker()
    {
        await using var executor = new ProcessExecutor(1);
        using var activities = new Activities(executor);

        int pid = await executor.Submit(static () => Environment.ProcessId).InTime();

        Activity task = Assert.Single(activities.Ended);
        Assert.Equal(ActivityKind.Client, task.Kind);
        Assert.Equal(pid, task.GetTagItem("plait.worker.pid"));
        Assert.Equal($"{executor.Name}-1", task.GetTagItem("plait.worker.name"));
    }

    [Fact]
    public async Task Context_OfAHierarchicalId_TravelsToo()
    {
        await using var executor = new ProcessExecutor(1);
        using var outer = new Activity("outer");
        outer.SetIdFormat(ActivityIdFormat.Hierarchical);
        outer.Start();

        string? inside = await executor.Submit(static () => Activity.Current?.ParentId).InTime();

        Assert.Equal(outer.Id, inside);
    }

    [Fact]
    public async Task Context_OfAMap_IsFoundByEachItem()
    {
        await using var executor = new ProcessExecutor(1);
        using Activity outer = new Activity("outer").Start();

        string?[] traces = await executor.Map(Enumerable.Range(0, 4), static _ => Context.Trace(), new() { ChunkSize = 2 }).ToArrayAsync(TestContext.Current.CancellationToken);

        Assert.All(traces, trace => Assert.Equal(outer.TraceId.ToHexString(), trace));
    }

    [Fact]
    public async Task Context_OfAStream_IsFoundWhileItYields()
    {
        await using var executor = new ProcessExecutor(1);
        using Activity outer = new Activity("outer").Start();

        string?[] traces = await executor.Stream(YieldTraces).ToArrayAsync(TestContext.Current.CancellationToken);

        Assert.Equal((IEnumerable<string?>)[outer.TraceId.ToHexString(), outer.TraceId.ToHexString()], traces);
    }

    private static async IAsyncEnumerable<string?> YieldTraces()
    {
        yield return Context.Trace();
        await Task.Yield();
        yield return Context.Trace();
    }

    private static void Listen() => ActivitySource.AddActivityListener(new ActivityListener
    {
        ShouldListenTo = static source => source.Name == "Plait",
        Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        SampleUsingParentId = static (ref ActivityCreationOptions<string> _) => ActivitySamplingResult.AllDataAndRecorded,
        ActivityStopped = static activity => s_seen = $"{activity.OperationName} {activity.Kind} {activity.TraceId} {activity.ParentSpanId} {activity.Status}",
    });
}

using System.Diagnostics;
using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

// What is measured and traced of tasks.
public abstract partial class ExecutorContract
{
    [Fact]
    public async Task Meter_OfTasksOfEachEnd_CountsAndTimesThem()
    {
        await using IExecutor executor = Create(1);
        using var measured = new Measurements(executor);

        for (int i = 0; i < 3; i++)
        {
            await executor.Submit(Work.Add, i, 1).InTime();
        }

        await executor.Submit(Work.Fail, "test").FailsWith<InvalidDataException>();
        await executor.Submit(Work.Add, 1, 2, cancellationToken: new CancellationToken(canceled: true)).IsCancelled();

        Assert.Equal(5, measured.Of("plait.executor.task.submitted").Sum());
        Assert.Equal(3, measured.Of("plait.executor.task.ended", ("plait.task.outcome", "succeeded")).Sum());
        Assert.Equal(1, measured.Of("plait.executor.task.ended", ("plait.task.outcome", "failed"), ("error.type", typeof(InvalidDataException).FullName)).Sum());
        Assert.Equal(1, measured.Of("plait.executor.task.ended", ("plait.task.outcome", "cancelled")).Sum());
        Assert.Equal(5, measured.Of("plait.executor.task.ended").Sum());
        Assert.Equal(4, measured.Of("plait.executor.task.wait.duration").Length);
        Assert.Equal(4, measured.Of("plait.executor.task.run.duration").Length);
        Assert.Single(measured.Of("plait.executor.task.run.duration", ("error.type", typeof(InvalidDataException).FullName)));
        Assert.All(measured.Of("plait.executor.task.run.duration"), static seconds => Assert.InRange(seconds, 0, 60));
    }

    [Fact]
    public async Task Meter_OfATaskThatTakesTime_HasAtLeastThat()
    {
        await using IExecutor executor = Create(1);
        using var measured = new Measurements(executor);

        double inside = await executor.Submit(static () =>
        {
            long start = Stopwatch.GetTimestamp();
            SpinWait.SpinUntil(() => Stopwatch.GetElapsedTime(start).TotalMilliseconds > 5);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }).InTime();

        Assert.True(Assert.Single(measured.Of("plait.executor.task.run.duration")) >= inside);
    }

    [Fact]
    public async Task Meter_OfATaskThatIsTriedAgain_CountsItsAttempts()
    {
        await using IExecutor executor = Create(1);
        using var measured = new Measurements(executor);
        var policy = new RetryPolicy { Count = 5, ShouldRetry = static error => error is InvalidDataException };

        await executor.Submit(Work.FailUntil, NewPath(), 3, new TaskOptions { Retries = policy }).InTime();

        Assert.Equal(2, measured.Of("plait.executor.task.retried").Sum());
        Assert.Equal(3, measured.Of("plait.executor.task.run.duration").Length);
        Assert.Single(measured.Of("plait.executor.task.wait.duration"));
        Assert.Equal([1], measured.Of("plait.executor.task.ended"));
    }

    [Fact]
    public async Task Activity_OfATask_NamesItWithinTheSubmitters()
    {
        await using IExecutor executor = Create(1);
        using var activities = new Activities(executor);
        using Activity outer = new Activity("outer").Start();

        await executor.Submit(Work.Add, 1, 2, new TaskOptions { Name = "sum of two" }).InTime();

        Assert.Same(outer, Activity.Current);
        Activity task = Assert.Single(activities.Ended);
        Assert.Equal(("plait.task", "sum of two"), (task.OperationName, task.DisplayName));
        Assert.Equal((outer.TraceId, outer.SpanId), (task.TraceId, task.ParentSpanId));
        Assert.Equal(("sum of two", "succeeded"), (task.GetTagItem("plait.task.name"), task.GetTagItem("plait.task.outcome")));
        Assert.Equal(ActivityStatusCode.Unset, task.Status);
    }

    [Fact]
    public async Task Activity_OfATaskThatFails_HasItsError()
    {
        await using IExecutor executor = Create(1);
        using var activities = new Activities(executor);

        await executor.Submit(Work.Fail, "what was wrong").FailsWith<InvalidDataException>();

        Activity task = Assert.Single(activities.Ended);
        Assert.Equal((ActivityStatusCode.Error, "what was wrong"), (task.Status, task.StatusDescription));
        Assert.Equal(typeof(InvalidDataException).FullName, task.GetTagItem("error.type"));
        ActivityEvent thrown = Assert.Single(task.Events, static happened => happened.Name == "exception");
        Assert.Contains(thrown.Tags, static tag => tag.Key == "exception.message" && Equals(tag.Value, "what was wrong"));
    }

    [Fact]
    public async Task Activity_OfASubmissionThatIsRefused_IsNotRecorded()
    {
        IExecutor executor = Create(1);
        using var activities = new Activities(executor);
        await executor.DisposeAsync();

        Assert.ThrowsAny<InvalidOperationException>(() => executor.Submit(Work.Add, 1, 2));

        Assert.Empty(activities.Ended);
    }

    [Fact]
    public async Task Context_OfTheSubmitter_IsFoundByTheFunction()
    {
        await using IExecutor executor = Create(1);
        using Activity outer = new Activity("outer") { TraceStateString = "vendor=7" }.AddBaggage("order", "4711").AddBaggage("user", "ada").Start();

        string seen = await executor.Submit(Context.DescribeAsync).InTime();

        Assert.Equal($"{outer.TraceId} vendor=7 {string.Join(',', outer.Baggage.Select(static pair => $"{pair.Key}={pair.Value}"))}", seen);
        Assert.Contains("order=4711", seen, StringComparison.Ordinal);
        Assert.Same(outer, Activity.Current);
    }

    [Fact]
    public async Task Context_WhenSomebodyListens_IsWithinTheTasksActivity()
    {
        await using IExecutor executor = Create(1);
        using var activities = new Activities(executor);
        using Activity outer = new Activity("outer").AddBaggage("order", "4711").Start();

        string seen = await executor.Submit(Context.DescribeAsync).InTime();

        Activity task = Assert.Single(activities.Ended);
        Assert.Equal($"{outer.TraceId}  order=4711", seen);
        Assert.Equal(outer.SpanId, task.ParentSpanId);
    }

    [Fact]
    public async Task Context_OfASubmitterWithoutOne_IsNone()
    {
        await using IExecutor executor = Create(1);
        using (new Activity("of another task").Start())
        {
            await executor.Submit(Context.DescribeAsync).InTime();
        }

        Assert.Null(Activity.Current);
        Assert.Equal("none", await executor.Submit(Context.DescribeAsync).InTime());
    }
}

// What is measured and traced of tasks.
public abstract partial class BackgroundExecutorContract
{
    [Fact]
    public async Task Meter_WhileATaskRunsAndOneWaits_ShowsBoth()
    {
        await using IExecutor executor = Create(1);
        using var measured = new Measurements(executor);
        using var gate = new Gate();
        Future<int>[] busy = await OccupyAsync(executor, gate, 1);
        Future<int> waiting = executor.Submit(Work.Add, 1, 2);

        measured.Collect();

        Assert.Equal(2, measured.Of("plait.executor.task.running").Sum() + measured.Of("plait.executor.task.pending").Sum());
        Assert.Equal([1], measured.Of("plait.executor.worker.count", ("plait.worker.state", "busy")));
        gate.Open();
        await busy[0].InTime();
        await waiting.InTime();
    }

    [Fact]
    public async Task Meter_OfATaskThatIsCancelledWhileItWaits_CountsThat()
    {
        await using IExecutor executor = Create(1);
        using var measured = new Measurements(executor);
        using var gate = new Gate();
        Future<int>[] busy = await OccupyAsync(executor, gate, 1);
        Future<int> waiting = executor.Submit(Work.Add, 1, 2);

        Assert.True(waiting.Cancel());
        await waiting.IsCancelled();

        Assert.Equal([1], measured.Of("plait.executor.task.ended", ("plait.task.outcome", "cancelled")));
        gate.Open();
        await busy[0].InTime();
        Assert.Single(measured.Of("plait.executor.task.run.duration"));
    }
}

// What is measured and traced of tasks.
public abstract partial class KillingExecutorContract
{
    [Fact]
    public async Task Meter_OfATaskThatDies_CountsItAndItsWorker()
    {
        await using IExecutor executor = Create(1);
        using var measured = new Measurements(executor);
        using var activities = new Activities(executor);

        Future<int> future = executor.Submit(Reporting.CountThenDie, new Reports<int>(), 1);
        await Assert.ThrowsAnyAsync<Exception>(() => future.InTime());

        Assert.Equal([1], measured.Of("plait.executor.task.ended", ("plait.task.outcome", "failed")));
        Assert.Single(measured.Of("plait.executor.task.run.duration"));
        Assert.Equal([1], measured.Of("plait.executor.worker.ended", ("plait.worker.end.reason", "died")));
        Activity task = Assert.Single(activities.Ended);
        Assert.Equal((ActivityStatusCode.Error, ActivityKind.Client), (task.Status, task.Kind));
        Assert.NotNull(task.GetTagItem("plait.worker.pid"));
    }
}

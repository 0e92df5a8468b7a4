using System.Diagnostics;
using Plait.Execution;
using Plait.Processes;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Processes.Executors;

/// <summary>What workers log arrives in the process of their executor.</summary>
public sealed class ProcessExecutorLogTests : ExecutorTest
{
    private readonly Reports<WorkerLogEntry> _logged = new();

    [Fact]
    public async Task Write_InATask_ArrivesInOrderBeforeItsEnd()
    {
        await using ProcessExecutor executor = Create();

        await executor.Submit(
            static () =>
            {
                for (int i = 0; i < 2000; i++)
                {
                    WorkerLog.Write(WorkerLogLevel.Warning, "Numbers", $"number {i}");
                }
            },
            new TaskOptions { Name = "counts" }).InTime();

        Assert.Equal(Enumerable.Range(0, 2000).Select(static i => $"number {i}"), _logged.Values.Select(static entry => entry.Message));
        WorkerLogEntry first = _logged.Values[0];
        WorkerInfo worker = Assert.Single(executor.GetWorkers());
        Assert.Equal((WorkerLogLevel.Warning, "Numbers", "counts", null), (first.Level, first.Category, first.TaskName, first.Error));
        Assert.Equal((worker.Id, worker.Name, worker.Pid), (first.WorkerId, first.WorkerName, first.Pid));
        Assert.Equal((null, null), (first.TraceId, first.SpanId));
    }

    [Fact]
    public async Task Write_AfterAnAwait_BelongsToItsTask()
    {
        await using ProcessExecutor executor = Create();

        await executor.Submit(
            static async () =>
            {
                await Task.Yield();
                WorkerLog.Write(WorkerLogLevel.Information, "Awaits", "on another thread");
            },
            new TaskOptions { Name = "awaits" }).InTime();

        Assert.Equal(("on another thread", "awaits"), (Assert.Single(_logged.Values).Message, _logged.Values[0].TaskName));
    }

    [Fact]
    public async Task Write_OfAnException_BringsItsText()
    {
        await using ProcessExecutor executor = Create();

        await executor.Submit(static () =>
        {
            try
            {
                Work.FailDeepDown(1);
            }
            catch (KeyNotFoundException error)
            {
                WorkerLog.Write(WorkerLogLevel.Error, "Depths", "it failed", error);
            }
        }).InTime();

        Assert.Contains(nameof(Work.FailDeepDown), Assert.Single(_logged.Values).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_WithinATrace_BringsItsIds()
    {
        await using ProcessExecutor executor = Create();
        using Activity outer = new Activity("outer").Start();

        await executor.Submit(static () => WorkerLog.Write(WorkerLogLevel.Information, "Traces", "traced")).InTime();

        WorkerLogEntry entry = Assert.Single(_logged.Values);
        Assert.Equal(outer.TraceId.ToHexString(), entry.TraceId);
        Assert.NotEqual(outer.SpanId.ToHexString(), entry.SpanId);
        Assert.Equal(16, entry.SpanId!.Length);
    }

    [Fact]
    public async Task Write_BelowTheLevel_StaysInTheWorker()
    {
        await using ProcessExecutor executor = Create();

        bool[] enabled = await executor.Submit(static () =>
        {
            WorkerLog.Write(WorkerLogLevel.Debug, "Levels", "too little");
            WorkerLog.Write(WorkerLogLevel.Information, "Levels", "enough");
            return Enum.GetValues<WorkerLogLevel>().Select(WorkerLog.IsEnabled).ToArray();
        }).InTime();

        Assert.Equal(["enough"], _logged.Values.Select(static entry => entry.Message));
        Assert.Equal([false, false, true, true, true, true, false], enabled);
    }

    [Fact]
    public async Task Write_WhenNobodyWantsToKnow_DoesNothing()
    {
        await using var executor = new ProcessExecutor(1);

        bool isEnabled = await executor.Submit(static () =>
        {
            WorkerLog.Write(WorkerLogLevel.Critical, "Nobody", "listens");
            return WorkerLog.IsEnabled(WorkerLogLevel.Critical);
        }).InTime();

        Assert.False(isEnabled);
        Assert.False(WorkerLog.IsEnabled(WorkerLogLevel.Critical));
    }

    [Fact]
    public async Task Write_BeforeADeath_ArrivesBeforeTheTasksEnd()
    {
        await using ProcessExecutor executor = Create();

        await executor.Submit(static () =>
        {
            WorkerLog.Write(WorkerLogLevel.Critical, "Ends", "the last words");
            Environment.FailFast("test");
        }).FailsWith<WorkerDiedException>();

        Assert.Equal(["the last words"], _logged.Values.Select(static entry => entry.Message));
    }

    [Fact]
    public async Task Write_ToAHandlerThatThrows_HarmsNothing()
    {
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { Workers = 1, WorkerLogged = static _ => throw new InvalidOperationException("test") });

        await executor.Submit(static () => WorkerLog.Write(WorkerLogLevel.Error, "Handlers", "throw")).InTime();

        Assert.Equal(3, await executor.Submit(Work.Add, 1, 2).InTime());
    }

    [Fact]
    public async Task Listener_OfTraceInAWorker_LeadsHere()
    {
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions
        {
            Workers = 1,
            Spares = 0,
            WorkerLogged = _logged.Report,
            Initializer = static () => Trace.Listeners.Add(new WorkerTraceListener()),
        });

        await executor.Submit(static () =>
        {
            var source = new TraceSource("Source", SourceLevels.All);
            source.Listeners.Add(new WorkerTraceListener());
            source.TraceEvent(TraceEventType.Warning, 1, "{0} of {1}", 1, 2);
            Trace.WriteLine("a line");
        }).InTime();

        Assert.Equal(
            [(WorkerLogLevel.Warning, "Source", "1 of 2"), (WorkerLogLevel.Information, "Trace", "a line")],
            _logged.Values.Select(static entry => (entry.Level, entry.Category, entry.Message)));
    }

    private ProcessExecutor Create() => new(new ProcessExecutorOptions { Workers = 1, Spares = 0, WorkerLogged = _logged.Report });
}

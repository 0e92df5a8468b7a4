using System.Diagnostics.Metrics;

namespace Plait.Telemetry;

/// <summary>
/// What Plait measures and traces, under one name, by OpenTelemetry's conventions for names and units. Whoever counts asks
/// <see cref="AreTasksWatched"/> first, which is false when nobody listens. What is listed here is documented in docs/observability.md.
/// </summary>
internal static class Instruments
{
    /// <summary>The name of the meter and of the source of activities.</summary>
    public const string Name = "Plait";

    public const string ExecutorName = "plait.executor.name";
    public const string ExecutorType = "plait.executor.type";
    public const string TaskOutcome = "plait.task.outcome";
    public const string WorkerStateTag = "plait.worker.state";
    public const string WorkerEndReason = "plait.worker.end.reason";
    public const string ErrorType = "error.type";

    private static readonly Meter s_meter = new(Name, Tracing.Version);

    // Boundaries in seconds: tasks take from microseconds to minutes.
    public static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.00001, 0.0001, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    };

    public static readonly Counter<long> Submitted = s_meter.CreateCounter<long>("plait.executor.task.submitted", "{task}", "Tasks that an executor accepted.");

    public static readonly Counter<long> Ended = s_meter.CreateCounter<long>("plait.executor.task.ended", "{task}", "Tasks that have ended, by outcome.");

    public static readonly Counter<long> Retried = s_meter.CreateCounter<long>("plait.executor.task.retried", "{attempt}", "Attempts after the first.");

    public static readonly Histogram<double> Wait =
        s_meter.CreateHistogram("plait.executor.task.wait.duration", "s", "Time from a task's submission to the beginning of its first attempt.", advice: Seconds);

    public static readonly Histogram<double> Run =
        s_meter.CreateHistogram("plait.executor.task.run.duration", "s", "Time that one attempt of a task ran.", advice: Seconds);

    public static readonly Counter<long> WorkersStarted = s_meter.CreateCounter<long>("plait.executor.worker.started", "{worker}", "Worker processes that were started.");

    public static readonly Counter<long> WorkersEnded = s_meter.CreateCounter<long>("plait.executor.worker.ended", "{worker}", "Worker processes that have ended, by reason.");

    private static readonly Instrument[] s_gauges =
    [
        s_meter.CreateObservableUpDownCounter("plait.executor.task.pending", static () => ExecutorGauges.Read(static numbers => numbers.Pending), "{task}", "Tasks that wait for a worker or for their next attempt."),
        s_meter.CreateObservableUpDownCounter("plait.executor.task.running", static () => ExecutorGauges.Read(static numbers => numbers.Running), "{task}", "Tasks handed to a worker whose end has not arrived."),
        s_meter.CreateObservableUpDownCounter("plait.executor.worker.count", ExecutorGauges.ReadWorkers, "{worker}", "Workers that can run functions, by what they do."),
    ];

    /// <summary>Whether anybody wants to know anything of single tasks.</summary>
    public static bool AreTasksWatched => Tracing.HasListeners || Run.Enabled || Wait.Enabled || Ended.Enabled || Submitted.Enabled || Retried.Enabled;

    /// <summary>Makes the instruments, so that listeners learn of them. Called by who makes an executor.</summary>
    public static void Publish()
    {
        GC.KeepAlive(s_gauges);
        GC.KeepAlive(Tracing.Source);
        WaitInstruments.Publish();
    }
}

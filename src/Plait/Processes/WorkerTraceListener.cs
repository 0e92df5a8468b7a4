using System.Diagnostics;

namespace Plait.Processes;

/// <summary>
/// Leads what a worker process writes to <see cref="Trace"/> or a <see cref="TraceSource"/> to <see cref="WorkerLog"/>. To be added in an initializer:
/// <c>Trace.Listeners.Add(new WorkerTraceListener())</c>.
/// </summary>
public sealed class WorkerTraceListener : TraceListener
{
    private const string Category = "Trace";

    /// <summary>Makes one.</summary>
    public WorkerTraceListener()
        : base("Plait")
    {
    }

    /// <inheritdoc/>
    public override bool IsThreadSafe => true;

    /// <summary>Logs a text, at the level of information.</summary>
    /// <param name="message">The text.</param>
    public override void Write(string? message) => WorkerLog.Write(WorkerLogLevel.Information, Category, message ?? string.Empty);

    /// <summary>Logs a text, at the level of information.</summary>
    /// <param name="message">The text.</param>
    public override void WriteLine(string? message) => Write(message);

    /// <inheritdoc/>
    public override void TraceEvent(TraceEventCache? eventCache, string source, TraceEventType eventType, int id, string? message)
    {
        if (Filter is null || Filter.ShouldTrace(eventCache, source, eventType, id, message, null, null, null))
        {
            WorkerLog.Write(LevelOf(eventType), source, message ?? string.Empty);
        }
    }

    /// <inheritdoc/>
    public override void TraceEvent(TraceEventCache? eventCache, string source, TraceEventType eventType, int id, string? format, params object?[]? args) =>
        TraceEvent(eventCache, source, eventType, id, format is null || args is null ? format : string.Format(System.Globalization.CultureInfo.InvariantCulture, format, args));

    private static WorkerLogLevel LevelOf(TraceEventType type) => type switch
    {
        TraceEventType.Critical => WorkerLogLevel.Critical,
        TraceEventType.Error => WorkerLogLevel.Error,
        TraceEventType.Warning => WorkerLogLevel.Warning,
        TraceEventType.Verbose => WorkerLogLevel.Debug,
        TraceEventType.Information => WorkerLogLevel.Information,
        _ => WorkerLogLevel.Trace,
    };
}

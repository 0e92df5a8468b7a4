using Plait.Codecs;
using Plait.Processes.Pooling;

namespace Plait.Processes;

/// <summary>How much something that is logged matters. The values are those of Microsoft.Extensions.Logging.</summary>
public enum WorkerLogLevel
{
    /// <summary>Steps in detail.</summary>
    Trace = 0,

    /// <summary>For who looks for a mistake.</summary>
    Debug = 1,

    /// <summary>What goes on in general.</summary>
    Information = 2,

    /// <summary>Something unexpected that the work survives.</summary>
    Warning = 3,

    /// <summary>Something failed.</summary>
    Error = 4,

    /// <summary>Everything fails.</summary>
    Critical = 5,

    /// <summary>Nothing is logged at all.</summary>
    None = 6,
}

/// <summary>Something that a worker process logged, as it arrives in the process of its executor.</summary>
/// <param name="Level">How much it matters.</param>
/// <param name="Category">Who logged it.</param>
/// <param name="Message">What it says.</param>
/// <param name="Error">The exception that belongs to it, with its stack, as text; null for none.</param>
/// <param name="Time">When it was logged.</param>
/// <param name="WorkerId">The number of the worker within its executor.</param>
/// <param name="WorkerName">The name of the worker.</param>
/// <param name="Pid">The worker's process.</param>
/// <param name="TaskName">The task in which it was logged; null when the worker ran none.</param>
/// <param name="TraceId">The trace in which it was logged, as 32 hexadecimal digits; null for none.</param>
/// <param name="SpanId">The span in which it was logged, as 16 hexadecimal digits; null for none.</param>
public sealed record WorkerLogEntry(
    WorkerLogLevel Level,
    string Category,
    string Message,
    string? Error,
    DateTimeOffset Time,
    int WorkerId,
    string WorkerName,
    int Pid,
    string? TaskName,
    string? TraceId,
    string? SpanId)
{
    internal static WorkerLogEntry Read(ref PayloadReader reader, PooledWorker worker, string? task)
    {
        var level = (WorkerLogLevel)reader.ReadByte();
        var time = new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero);
        return new WorkerLogEntry(
            level,
            reader.ReadString(),
            reader.ReadString(),
            reader.ReadNullableString(),
            time,
            worker.Id,
            worker.Name,
            worker.Pid,
            task,
            reader.ReadNullableString(),
            reader.ReadNullableString());
    }
}

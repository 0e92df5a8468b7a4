using System.Diagnostics;
using Plait.Codecs;
using Plait.Processes.Bootstrap;
using Plait.Processes.Channels;

namespace Plait.Processes;

/// <summary>
/// In a worker process of an executor: passes what is logged on to <see cref="PooledExecutorOptions.WorkerLogged"/> in the process of the executor. Plain on
/// purpose: whichever library a program logs with, a few lines lead it here. Safe for all threads.
/// </summary>
public static class WorkerLog
{
    // Written once, before the worker's first call.
    private static ReportGate? s_gate;
    private static WorkerLogLevel s_least = WorkerLogLevel.None;

    // The call that logs, wherever its function goes on after an await. Not touched where nothing is passed on.
    private static AsyncLocal<long>? s_call;

    /// <summary>Whether an entry of this level would be passed on: false in a process that is no worker of an executor, and where nobody wants to know.</summary>
    /// <param name="level">The level.</param>
    /// <returns>Whether it is worth to put it into words.</returns>
    public static bool IsEnabled(WorkerLogLevel level) => level >= s_least && level < WorkerLogLevel.None;

    /// <summary>
    /// Passes an entry on; does nothing where <see cref="IsEnabled"/> is false. It arrives in the order of writing with the others of its task, before the task's end. Blocks
    /// only while 1,024 entries and reports of this worker are under way.
    /// </summary>
    /// <param name="level">How much it matters.</param>
    /// <param name="category">Who logs: by custom the full name of a class.</param>
    /// <param name="message">What is to be said.</param>
    /// <param name="exception">What it is about; its text travels.</param>
    /// <exception cref="ArgumentNullException"><paramref name="category"/> or <paramref name="message"/> is null.</exception>
    public static void Write(WorkerLogLevel level, string category, string message, Exception? exception = null)
    {
        ArgumentNullException.ThrowIfNull(category);
        ArgumentNullException.ThrowIfNull(message);
        if (!IsEnabled(level) || s_gate is not { } gate)
        {
            return;
        }

        Activity? activity = Activity.Current;
        using var writer = new PayloadWriter();
        writer.WriteByte((byte)level);
        writer.WriteInt64(TimeProvider.System.GetUtcNow().Ticks);
        writer.WriteString(category);
        writer.WriteString(message);
        writer.WriteNullableString(exception?.ToString());
        bool isTraced = activity is { IdFormat: ActivityIdFormat.W3C };
        writer.WriteNullableString(isTraced ? activity!.TraceId.ToHexString() : null);
        writer.WriteNullableString(isTraced ? activity!.SpanId.ToHexString() : null);
        gate.Send(MessageKind.Log, s_call!.Value, writer.WrittenSpan);
    }

    /// <summary>This process is a worker, whose executor wants to know.</summary>
    internal static void Open(ReportGate gate, WorkerLogLevel least)
    {
        if (least < WorkerLogLevel.None)
        {
            s_call ??= new AsyncLocal<long>();
            s_gate = gate;
            s_least = least;
        }
    }

    /// <summary>What is logged on this thread, and where its code goes on, belongs to that call from here on; 0: to none.</summary>
    internal static void Enter(long call)
    {
        if (s_call is { } current)
        {
            current.Value = call;
        }
    }
}

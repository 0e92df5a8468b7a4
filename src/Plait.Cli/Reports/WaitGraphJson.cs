using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Plait.Diagnostics;
using Plait.Synchronization;

namespace Plait.Cli.Reports;

/// <summary>A graph of waits as JSON: the arrays of <see cref="WaitGraphSnapshot"/>, times in seconds, units and primitives by number.</summary>
internal static class WaitGraphJson
{
    public static string Write(WaitGraphSnapshot graph)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteObjects("units", graph.Units, unit => WriteUnit(json, unit.Number, unit.Unit));
            json.WriteObjects("primitives", graph.Primitives, primitive =>
            {
                json.WriteNumber("number", primitive.Number);
                json.WriteString("name", primitive.Name);
                json.WriteString("kind", primitive.Kind);
                json.WriteString("scope", primitive.Scope);
                json.WriteNumber("waiting", primitive.Waiting);
            });
            json.WriteObjects("holds", graph.Holds, hold =>
            {
                json.WriteNumber("unit", hold.Unit);
                json.WriteNumber("primitive", hold.Primitive);
                json.WriteString("mode", hold.Mode);
                json.WriteString("acquiredAt", hold.AcquiredAt);
            });
            json.WriteObjects("waits", graph.Waits, wait =>
            {
                json.WriteNumber("unit", wait.Unit);
                json.WriteNumber("primitive", wait.Primitive);
                json.WriteNumber("lasts", wait.Lasts.TotalSeconds);
                json.WriteNumberOrNull("endsBy", wait.EndsBy?.TotalSeconds);
                json.WriteString("at", wait.At);
                json.WriteNumbers("blockers", wait.Blockers);
            });
            json.WriteObjects("deadlocks", graph.Deadlocks, deadlock =>
            {
                json.WriteNumbers("units", deadlock.Units);
                json.WriteString("report", deadlock.Report.ToString());
            });
            json.WriteObjects("inversions", graph.Inversions, inversion =>
            {
                json.WriteObjects("steps", inversion.Steps, step =>
                {
                    json.WriteString("held", step.Held);
                    json.WriteString("heldAt", step.HeldAt);
                    json.WriteString("acquired", step.Acquired);
                    json.WriteString("acquiredAt", step.AcquiredAt);
                    json.WriteString("unit", step.Unit.ToString());
                });
                json.WriteString("report", inversion.ToString());
            });
            json.WriteObjects("suspected", graph.Suspected, suspicion =>
            {
                json.WriteNumber("unit", suspicion.Unit);
                json.WriteString("wait", suspicion.Wait.ToString());
                json.WriteString("reason", suspicion.Reason);
            });
            json.WriteNumber("idleUnits", graph.IdleUnits);
            json.WriteStrings("unseen", graph.Unseen);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteUnit(Utf8JsonWriter json, int number, UnitIdentity unit)
    {
        json.WriteNumber("number", number);
        json.WriteNumber("pid", unit.Pid);
        json.WriteNumber("thread", unit.ThreadId);
        json.WriteNumber("flow", unit.FlowId);
        json.WriteString("process", unit.ProcessName);
        json.WriteString("threadName", unit.ThreadName);
        json.WriteString("coroutineName", unit.CoroutineName);
        json.WriteString("loopName", unit.LoopName);
    }
}

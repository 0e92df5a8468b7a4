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
            Array(json, "units", graph.Units, unit => WriteUnit(json, unit.Number, unit.Unit));
            Array(json, "primitives", graph.Primitives, primitive =>
            {
                json.WriteNumber("number", primitive.Number);
                json.WriteString("name", primitive.Name);
                json.WriteString("kind", primitive.Kind);
                json.WriteString("scope", primitive.Scope);
                json.WriteNumber("waiting", primitive.Waiting);
            });
            Array(json, "holds", graph.Holds, hold =>
            {
                json.WriteNumber("unit", hold.Unit);
                json.WriteNumber("primitive", hold.Primitive);
                json.WriteString("mode", hold.Mode);
                json.WriteString("acquiredAt", hold.AcquiredAt);
            });
            Array(json, "waits", graph.Waits, wait =>
            {
                json.WriteNumber("unit", wait.Unit);
                json.WriteNumber("primitive", wait.Primitive);
                json.WriteNumber("lasts", wait.Lasts.TotalSeconds);
                if (wait.EndsBy is { } left)
                {
                    json.WriteNumber("endsBy", left.TotalSeconds);
                }
                else
                {
                    json.WriteNull("endsBy");
                }

                json.WriteString("at", wait.At);
                Numbers(json, "blockers", wait.Blockers);
            });
            Array(json, "deadlocks", graph.Deadlocks, deadlock =>
            {
                Numbers(json, "units", deadlock.Units);
                json.WriteString("report", deadlock.Report.ToString());
            });
            Array(json, "inversions", graph.Inversions, inversion =>
            {
                Array(json, "steps", inversion.Steps, step =>
                {
                    json.WriteString("held", step.Held);
                    json.WriteString("heldAt", step.HeldAt);
                    json.WriteString("acquired", step.Acquired);
                    json.WriteString("acquiredAt", step.AcquiredAt);
                    json.WriteString("unit", step.Unit.ToString());
                });
                json.WriteString("report", inversion.ToString());
            });
            Array(json, "suspected", graph.Suspected, suspicion =>
            {
                json.WriteNumber("unit", suspicion.Unit);
                json.WriteString("wait", suspicion.Wait.ToString());
                json.WriteString("reason", suspicion.Reason);
            });
            json.WriteNumber("idleUnits", graph.IdleUnits);
            json.WriteStartArray("unseen");
            foreach (string unseen in graph.Unseen)
            {
                json.WriteStringValue(unseen);
            }

            json.WriteEndArray();
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
    }

    private static void Array<T>(Utf8JsonWriter json, string name, IEnumerable<T> rows, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (T row in rows)
        {
            json.WriteStartObject();
            write(row);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Numbers(Utf8JsonWriter json, string name, IEnumerable<int> numbers)
    {
        json.WriteStartArray(name);
        foreach (int number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }
}

using System.Text.Json;
using Plait.Benchmarks.Load;

namespace Plait.Cli.Reports;

/// <summary>A run of the load generator as JSON. Latencies are in microseconds; processor times in microseconds a message, null when none was answered.</summary>
internal static class LoadReport
{
    public static void Write(Utf8JsonWriter json, string target, LoadOptions options, LoadResult result)
    {
        json.WriteString("target", target);
        json.WriteNumber("connections", options.Connections);
        json.WriteNumber("pipeline", options.Pipeline);
        json.WriteNumber("size", options.Size);
        json.WriteNumberOrNull("rate", options.Rate > 0 ? options.Rate : null);
        json.WriteNumberOrNull("reconnect", options.Reconnect > 0 ? options.Reconnect : null);
        json.WriteNumber("seconds", result.Seconds);
        json.WriteNumber("messages", result.Messages);
        json.WriteNumber("messagesPerSecond", result.MessagesPerSecond);
        json.WriteNumber("megabytesPerSecond", result.MegabytesPerSecond);
        json.WriteNumber("connectionsPerSecond", result.ConnectionsPerSecond);
        json.WriteStartObject("latency");
        foreach ((string name, double microseconds) in LoadSummary.Percentiles(result.Latency))
        {
            json.WriteNumber(name, microseconds);
        }

        json.WriteEndObject();
        json.WriteStartObject("errors");
        foreach ((LoadErrorKind kind, long count) in result.Errors)
        {
            json.WriteNumber(LoadSummary.Word(kind), count);
        }

        json.WriteEndObject();
        json.WriteNumber("missed", result.Missed);
        json.WriteStartObject("cpu");
        WriteUse(json, result.Own, result.Messages);
        json.WriteEndObject();
        json.WriteObjects("servers", options.ServerProcesses.Zip(result.Servers), server =>
        {
            json.WriteNumber("pid", server.First);
            WriteUse(json, server.Second, result.Messages);
        });
        json.WriteBoolean("interrupted", result.IsInterrupted);
    }

    private static void WriteUse(Utf8JsonWriter json, ProcessorUse? use, long messages)
    {
        json.WriteNumberOrNull("total", use?.Total.TotalMicroseconds / messages);
        json.WriteNumberOrNull("user", use?.User.TotalMicroseconds / messages);
        json.WriteNumberOrNull("system", use?.System.TotalMicroseconds / messages);
    }
}

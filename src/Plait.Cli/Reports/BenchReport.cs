using System.Text.Json;
using Plait.Benchmarks;

namespace Plait.Cli.Reports;

/// <summary>
/// A bench row as JSON: <c>{"area","case","unit","ours","peer","peerName","ratio","goal","ok"}</c>. An absolute goal is
/// <c>goalAbsolute</c> in its place; <c>note</c> is there when something has to be said, as how to install a missing peer.
/// </summary>
internal static class BenchReport
{
    public static void Write(Utf8JsonWriter json, BenchResult row)
    {
        json.WriteString("area", row.Area);
        json.WriteString("case", row.Case);
        json.WriteString("unit", row.Unit);
        json.WriteNumberOrNull("ours", row.Ours);
        json.WriteNumberOrNull("peer", row.Peer);
        json.WriteString("peerName", row.PeerName);
        json.WriteNumberOrNull("ratio", row.Ratio);
        if (row.GoalAbsolute is not null)
        {
            json.WriteNumberOrNull("goalAbsolute", row.GoalAbsolute);
        }
        else
        {
            json.WriteNumberOrNull("goal", row.Goal);
        }

        json.WriteBooleanOrNull("ok", row.Ok);
        if (!string.IsNullOrEmpty(row.Note))
        {
            json.WriteString("note", row.Note);
        }
    }
}

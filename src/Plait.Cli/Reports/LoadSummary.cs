using System.Globalization;
using Plait.Benchmarks.Load;
using Plait.Cli.Terminal;

namespace Plait.Cli.Reports;

/// <summary>What a run of the load generator measured, for people.</summary>
internal sealed class LoadSummary(string target, LoadOptions options, LoadResult result)
{
    private static readonly double[] s_shares = [0.5, 0.9, 0.99, 0.999];

    public void WriteTo(Screen screen)
    {
        string pace = options.Rate > 0 ? $", {Figure(options.Rate)} messages a second in all" : "";
        string renewal = options.Reconnect > 0 ? $", each for {Count(options.Reconnect, "message")}" : "";
        screen.WriteLine(
            $"{target}: {Count(options.Connections, "connection")}{renewal}, {Count(options.Pipeline, "message")} of {Count(options.Size, "byte")} under way in each{pace}; "
            + $"measured for {Figure(result.Seconds)} s after {Figure(options.WarmUp.TotalSeconds)} s{(result.IsInterrupted ? ", then interrupted" : "")}",
            Tone.Strong);
        if (result.Messages > 0)
        {
            WriteFigures(screen);
        }

        string missed = result.Missed > 0 ? $"  missed {result.Missed:N0} (due and never answered)" : "";
        Line(screen, "errors", result.IsClean ? "none" : string.Join("  ", result.Errors.Select(static error => $"{Word(error.Key)} {error.Value:N0}")) + missed, result.IsClean ? Tone.Good : Tone.Bad);
        if (result.FirstError is { } first)
        {
            Line(screen, "the first", first, Tone.Bad);
        }
    }

    /// <summary>The percentiles that are told, in microseconds, and the longest time.</summary>
    public static IEnumerable<(string Name, double Microseconds)> Percentiles(LatencyHistogram latency) =>
        [.. s_shares.Select(share => ($"p{(share * 100).ToString(CultureInfo.InvariantCulture)}", latency.Quantile(share) / 1e3)), ("max", latency.Maximum / 1e3)];

    /// <summary>The name of an error in reports.</summary>
    public static string Word(LoadErrorKind kind) => kind switch
    {
        LoadErrorKind.Refused => "refused",
        LoadErrorKind.ConnectTimeout => "connectTimeout",
        LoadErrorKind.Reset => "reset",
        LoadErrorKind.Closed => "closed",
        LoadErrorKind.ReplyTimeout => "replyTimeout",
        LoadErrorKind.WrongBytes => "wrongBytes",
        _ => "other",
    };

    private void WriteFigures(Screen screen)
    {
        Line(screen, "messages/s", $"{Figure(result.MessagesPerSecond)} ({result.Messages:N0} in all)");
        Line(screen, "MB/s", $"{Figure(result.MegabytesPerSecond)} each way");
        if (options.Reconnect > 0)
        {
            Line(screen, "connections/s", $"{Figure(result.ConnectionsPerSecond)} ({result.Connections:N0} in all)");
        }

        Line(screen, "latency, µs", string.Join("  ", Percentiles(result.Latency).Select(static one => $"{one.Name} {Figure(one.Microseconds)}")));
        Line(screen, "cpu here", Use(result.Own));
        for (int i = 0; i < options.ServerProcesses.Count; i++)
        {
            Line(screen, $"cpu of {options.ServerProcesses[i]}", result.Servers[i] is { } use ? Use(use) : "unknown: it has ended");
        }
    }

    private string Use(ProcessorUse use)
    {
        double share = use.Total.TotalSeconds / result.Seconds;
        return $"{Figure(use.Total.TotalMicroseconds / result.Messages)} µs a message (user {Figure(use.User.TotalMicroseconds / result.Messages)}, "
            + $"system {Figure(use.System.TotalMicroseconds / result.Messages)}), {share:P0} of a core";
    }

    private static void Line(Screen screen, string name, string text, Tone tone = Tone.Normal) => screen.WriteLine($"  {name,-14} ", text, tone);

    private static string Count(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {what}{(count == 1 ? "" : "s")}");

    private static string Figure(double value) => Commands.BenchTable.Number(value);
}

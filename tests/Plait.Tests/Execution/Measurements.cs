using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Plait.Execution;

namespace Plait.Tests.Execution;

/// <summary>What is measured of one executor, from now on.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Instrument, double Value, Dictionary<string, object?> Tags)> _all = new();
    private readonly string _executor;

    public Measurements(IExecutor executor)
    {
        _executor = executor.Name;
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Plait")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Every value of an instrument whose tags are these, in order.</summary>
    public double[] Of(string instrument, params (string Key, object? Value)[] tags) =>
    [
        .. from one in _all
           where one.Instrument == instrument && tags.All(tag => one.Tags.TryGetValue(tag.Key, out object? value) && Equals(value, tag.Value))
           select one.Value,
    ];

    /// <summary>Has the gauges read.</summary>
    public void Collect() => _listener.RecordObservableInstruments();

    public void Dispose() => _listener.Dispose();

    private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var kept = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach ((string key, object? tag) in tags)
        {
            kept[key] = tag;
        }

        if (Equals(kept.GetValueOrDefault("plait.executor.name"), _executor))
        {
            _all.Enqueue((instrument.Name, value, kept));
        }
    }
}

/// <summary>The activities of one executor that have ended, from now on.</summary>
internal sealed class Activities : IDisposable
{
    private readonly ActivityListener _listener;
    private readonly ConcurrentQueue<Activity> _all = new();

    public Activities(IExecutor executor)
    {
        string name = executor.Name;
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "Plait",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (Equals(activity.GetTagItem("plait.executor.name"), name) && activity.Recorded)
                {
                    _all.Enqueue(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public Activity[] Ended => [.. _all];

    public void Dispose() => _listener.Dispose();
}

/// <summary>What the tests of contexts run: says what it finds.</summary>
internal static class Context
{
    public static string? Trace() => Activity.Current?.TraceId.ToHexString();

    public static string? Parent() => Activity.Current?.Id;

    /// <summary>The context, and where it comes from.</summary>
    public static async Task<string> DescribeAsync()
    {
        await Task.Yield();
        Activity? activity = Activity.Current;
        return activity is null ? "none" : $"{activity.TraceId} {activity.TraceStateString} {string.Join(',', activity.Baggage.Select(static pair => $"{pair.Key}={pair.Value}"))}";
    }
}

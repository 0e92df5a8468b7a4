using System.Diagnostics;
using Plait.Codecs;
using Plait.Telemetry;

namespace Plait.Processes;

/// <summary>
/// The trace that a call belongs to, and its baggage, as they travel with it. In the worker the function finds an <see cref="Activity"/> with them
/// as the current one, whether or not somebody listens there.
/// </summary>
internal sealed class TraceContext
{
    private const string ActivityName = "plait.task.run";

    private readonly string _parent;
    private readonly string? _state;
    private readonly (string Key, string? Value)[] _baggage;

    private TraceContext(string parent, string? state, (string Key, string? Value)[] baggage)
    {
        _parent = parent;
        _state = state;
        _baggage = baggage;
    }

    public static void Write(PayloadWriter writer, Activity parent)
    {
        writer.WriteString(parent.Id ?? string.Empty);
        writer.WriteNullableString(parent.TraceStateString);
        (string, string?)[] baggage = [.. parent.Baggage.Select(static pair => (pair.Key, pair.Value))];
        writer.WriteCount(baggage.Length);
        foreach ((string key, string? value) in baggage)
        {
            writer.WriteString(key);
            writer.WriteNullableString(value);
        }
    }

    public static TraceContext Read(ref PayloadReader reader)
    {
        string parent = reader.ReadString();
        string? state = reader.ReadNullableString();
        var baggage = new (string, string?)[reader.ReadCount()];
        for (int i = 0; i < baggage.Length; i++)
        {
            baggage[i] = (reader.ReadString(), reader.ReadNullableString());
        }

        return new TraceContext(parent, state, baggage);
    }

    /// <summary>Begins an activity in it, the current one from here on, until it is disposed.</summary>
    public IDisposable Start()
    {
        Activity activity = Tracing.HasListeners
            ? Tracing.Source.CreateActivity(ActivityName, ActivityKind.Server, _parent) ?? Unheard()
            : Unheard();
        activity.TraceStateString = _state;

        // Each that is added comes before the others.
        for (int i = _baggage.Length - 1; i >= 0; i--)
        {
            activity.AddBaggage(_baggage[i].Key, _baggage[i].Value);
        }

        return activity.Start();
    }

    /// <summary>The function threw.</summary>
    public static void Fail(IDisposable? started, Exception error)
    {
        if (started is not null)
        {
            Fail((Activity)started, error);
        }
    }

    private static void Fail(Activity activity, Exception error)
    {
        if (activity.IsAllDataRequested && Tracing.HasListeners)
        {
            activity.SetStatus(ActivityStatusCode.Error, error.Message).SetTag(Instruments.ErrorType, error.GetType().FullName).AddException(error);
        }
    }

    // Nobody listens in this process, but what the function calls may carry the context on.
    private Activity Unheard()
    {
        var activity = new Activity(ActivityName);
        return _parent.Length > 0 ? activity.SetParentId(_parent) : activity;
    }
}

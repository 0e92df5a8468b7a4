using System.Diagnostics;

namespace Plait.Telemetry;

/// <summary>The source of activities, apart from the instruments: a worker that only carries a context on makes none of those.</summary>
internal static class Tracing
{
    public static readonly string? Version = typeof(Tracing).Assembly.GetName().Version?.ToString(3);

    public static readonly ActivitySource Source = new(Instruments.Name, Version);

    public static bool HasListeners => Source.HasListeners();
}

namespace Plait.Benchmarks.Load;

/// <summary>What a run of the load generator measured.</summary>
public sealed record LoadResult
{
    /// <summary>Seconds that were measured: less than asked for when the run was stopped.</summary>
    public required double Seconds { get; init; }

    /// <summary>Messages answered in that time.</summary>
    public required long Messages { get; init; }

    /// <summary>Bytes of a message.</summary>
    public required int Size { get; init; }

    /// <summary>Connections made in that time; those made before are not counted.</summary>
    public required long Connections { get; init; }

    /// <summary>Nanoseconds from when a message was sent (with a rate: was due) until its last byte came back.</summary>
    public required LatencyHistogram Latency { get; init; }

    /// <summary>How often each kind of error happened, from the first connection to the last; kinds that did not happen are left out.</summary>
    public required IReadOnlyDictionary<LoadErrorKind, long> Errors { get; init; }

    /// <summary>The first error in words; null when there was none.</summary>
    public required string? FirstError { get; init; }

    /// <summary>Messages that were due in the measured time and never answered; 0 without a rate, and when the run was stopped.</summary>
    public required long Missed { get; init; }

    /// <summary>Processor time that the load generator took in the measured time: that of this whole process.</summary>
    public required ProcessorUse Own { get; init; }

    /// <summary>Processor time of each of <see cref="LoadOptions.ServerProcesses"/> in the measured time, in their order; null for one that could not be read.</summary>
    public required IReadOnlyList<ProcessorUse?> Servers { get; init; }

    /// <summary>Whether the run was stopped before its end.</summary>
    public required bool IsInterrupted { get; init; }

    /// <summary>Whether every message was answered, correctly.</summary>
    public bool IsClean => Errors.Count == 0 && Missed == 0;

    /// <summary>Messages answered a second.</summary>
    public double MessagesPerSecond => Seconds > 0 ? Messages / Seconds : 0;

    /// <summary>Megabytes (of a million bytes) a second in each direction.</summary>
    public double MegabytesPerSecond => MessagesPerSecond * Size / 1e6;

    /// <summary>Connections made a second.</summary>
    public double ConnectionsPerSecond => Seconds > 0 ? Connections / Seconds : 0;
}

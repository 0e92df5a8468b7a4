using Plait.Memory;
using Plait.Processes.Bootstrap;
using Plait.Processes.Channels;

namespace Plait.Processes.Spawning;

/// <summary>What the owner of a process that has ended knows beside its wait status; from it and the rest, the outcome.</summary>
internal sealed record Postmortem
{
    public required string Name { get; init; }

    public required SupervisedProcess Process { get; init; }

    public required ChildStreams Streams { get; init; }

    /// <summary>Null for a foreign program.</summary>
    public Channel? Channel { get; init; }

    public MemoryWatchdog? Watchdog { get; init; }

    /// <summary>The kernel's count of kills for memory when the process was started; negative when it has none.</summary>
    public long KernelKillsBefore { get; init; } = -1;

    /// <summary>True: the function returned; false: it threw; null: no result came.</summary>
    public bool? HasReturned { get; init; }

    public bool SawUnhandled { get; init; }

    public bool StartTimedOut { get; init; }

    /// <summary>Why nothing more of its channel was believed; empty when all was well.</summary>
    public string ChannelError { get; init; } = string.Empty;

    public Exception? Exception { get; init; }

    /// <summary>Only once the process is reaped and its last output is taken.</summary>
    public ChildOutcome Conclude()
    {
        var evidence = new Evidence
        {
            Status = Process.Status,
            IsForeign = Channel is null,
            Phase = Channel?.Phase ?? ChannelPhase.Finished,
            HasReturned = HasReturned,
            SawUnhandled = SawUnhandled || (Channel is not null && Channel.State.UnhandledException != 0),
            SawOutOfMemory = Channel is not null && Channel.State.OutOfMemory != 0,
            LastWords = Streams.LastWords,
            IsErrorSeen = Streams.IsErrorSeen,
            KilledByWatchdog = Watchdog is { HasKilled: true },
            KernelKilledForMemory = KernelKillsBefore >= 0 && KernelMemoryKills.Read() > KernelKillsBefore,
            StartTimedOut = StartTimedOut,
            SentSignal = Process.SentSignal,
            NeedsExplicitCall = HostCommand.Current.Mode == BootstrapMode.ExplicitCall,
        };
        (ChildOutcomeKind kind, int? exitCode, int? signal, string explanation) = OutcomeClassifier.Classify(evidence);
        return new ChildOutcome
        {
            Kind = kind,
            Name = Name,
            Pid = Process.Pid,
            ExitCode = exitCode,
            Signal = signal,
            Exception = Exception,
            Explanation = ChannelError.Length > 0 ? $"killed because it wrote nonsense to its channel: {ChannelError}" : explanation,
            ErrorTail = Streams.ErrorTail,
            ProcessorTime = Process.Status.ProcessorTime,
            PeakMemory = Process.Status.PeakResidentBytes,
        };
    }
}

using Plait.Interop;
using Plait.Memory;

namespace Plait.Processes.Spawning;

/// <summary>Everything known about a child that has ended.</summary>
internal sealed record Evidence
{
    public required WaitStatus Status { get; init; }

    /// <summary>A foreign program: no channel, no phases.</summary>
    public bool IsForeign { get; init; }

    public ChannelPhase Phase { get; init; }

    /// <summary>True: the function returned; false: it threw; null: no result came.</summary>
    public bool? HasReturned { get; init; }

    /// <summary>The child told of an exception that nobody handled, before it died of it.</summary>
    public bool SawUnhandled { get; init; }

    public bool SawOutOfMemory { get; init; }

    public LastWords LastWords { get; init; }

    public bool IsErrorSeen { get; init; }

    public bool KilledByWatchdog { get; init; }

    public bool KernelKilledForMemory { get; init; }

    public bool StartTimedOut { get; init; }

    /// <summary>The last signal that we sent it, 0 for none.</summary>
    public int SentSignal { get; init; }

    /// <summary>Nothing but a call in Main can make a process of this program a worker.</summary>
    public bool NeedsExplicitCall { get; init; }
}

/// <summary>
/// Tells the ways to die apart. Stack overflow, FailFast, a fatal error and an unhandled exception all end in SIGABRT
/// (a fault in native code alone ends in SIGSEGV), so the status alone never decides: the result comes first, then our own deeds, then state words, then last words.
/// </summary>
internal static class OutcomeClassifier
{
    public static (ChildOutcomeKind Kind, int? ExitCode, int? Signal, string Explanation) Classify(Evidence evidence)
    {
        WaitStatus status = evidence.Status;
        int? exitCode = status.IsKnown && status.Signal == 0 ? status.ExitCode : null;
        int? signal = status.Signal != 0 ? status.Signal : null;
        if (evidence.HasReturned is { } returned)
        {
            string after = signal is { } late ? $", and the process then ended of {Signals.Name(late)}" : string.Empty;
            return returned
                ? (ChildOutcomeKind.Returned, exitCode, signal, "the function returned" + after + ".")
                : (ChildOutcomeKind.Threw, exitCode, signal, "the function threw" + after + ".");
        }

        if (evidence.KilledByWatchdog)
        {
            return (ChildOutcomeKind.KilledForMemory, exitCode, signal, "killed by the memory watchdog: its resident set passed the limit.");
        }

        if (evidence.StartTimedOut)
        {
            return (ChildOutcomeKind.BootstrapFailed, exitCode, signal, "killed: our code did not begin to run in it within the start timeout." + Advice(evidence));
        }

        if (!status.IsKnown)
        {
            return (ChildOutcomeKind.Unknown, null, null,
                "it ended without a result, and its exit status went to the runtime (this process is PID 1, or ignores SIGCHLD).");
        }

        if (signal == Signals.Kill && evidence is { KernelKilledForMemory: true, SentSignal: not Signals.Kill })
        {
            return (ChildOutcomeKind.KilledForMemory, null, signal, "killed by the kernel because memory ran out (its count of such kills rose).");
        }

        if (!evidence.IsForeign && evidence.Phase == ChannelPhase.Spawned && !WasEndedByUs(evidence))
        {
            return (ChildOutcomeKind.BootstrapFailed, exitCode, signal, $"it ended ({Describe(status)}) before our code ran in it." + Advice(evidence));
        }

        return signal is { } number
            ? ClassifySignal(evidence, number)
            : (ChildOutcomeKind.Exited, exitCode, null, $"exited with code {exitCode}{When(evidence)}.");
    }

    private static bool WasEndedByUs(Evidence evidence) =>
        evidence.SentSignal != 0 && evidence.Status.Signal == evidence.SentSignal;

    private static (ChildOutcomeKind Kind, int? ExitCode, int? Signal, string Explanation) ClassifySignal(Evidence evidence, int signal) =>
        signal == Signals.Abort && !evidence.IsForeign
            ? ClassifyAbort(evidence)
            : (ChildOutcomeKind.Signaled, null, signal, $"ended by {Signals.Name(signal)}{(signal == evidence.SentSignal ? ", which this process sent" : string.Empty)}.");

    private static (ChildOutcomeKind Kind, int? ExitCode, int? Signal, string Explanation) ClassifyAbort(Evidence evidence)
    {
        switch (evidence.LastWords)
        {
            case LastWords.StackOverflow:
                return Aborted(ChildOutcomeKind.StackOverflow, "a stack overflow (the runtime said so as it aborted).");
            case LastWords.OutOfMemory:
                return Aborted(ChildOutcomeKind.OutOfMemory, "the managed heap was full and nobody handled it.");
            case LastWords.FailFast:
                return Aborted(ChildOutcomeKind.FailFast, "it failed fast (the runtime said so as it aborted).");
            case LastWords.FatalError:
                return Aborted(ChildOutcomeKind.FailFast, "the runtime met a fatal error, such as a write to memory that is not its own, and aborted.");
            default:
                break;
        }

        if (evidence.SawUnhandled || evidence.LastWords == LastWords.UnhandledException)
        {
            return evidence.SawOutOfMemory
                ? Aborted(ChildOutcomeKind.OutOfMemory, "the managed heap was full and nobody handled it.")
                : Aborted(ChildOutcomeKind.UnhandledException, "an exception on another thread of it was handled by nobody.");
        }

        string hint = evidence.IsErrorSeen ? "no last words were seen" : "its standard error did not pass through us, so its last words are not known";
        return (ChildOutcomeKind.Signaled, null, Signals.Abort, $"ended by SIGABRT; {hint}.");
    }

    private static (ChildOutcomeKind Kind, int? ExitCode, int? Signal, string Explanation) Aborted(ChildOutcomeKind kind, string explanation) =>
        (kind, null, Signals.Abort, explanation);

    // Only a worker that stays is ever finished and without a result.
    private static string When(Evidence evidence) => evidence switch
    {
        { IsForeign: true } => string.Empty,
        { Phase: ChannelPhase.Finished } => ", with no function running",
        _ => " before its function returned",
    };

    private static string Advice(Evidence evidence) => evidence.NeedsExplicitCall
        ? " In this program, which is trimmed or a single file with startup hooks off, Main must call ChildProcess.RunIfWorker() first, in the child as in the parent."
        : string.Empty;

    private static string Describe(WaitStatus status) =>
        status.Signal != 0 ? Signals.Name(status.Signal) : $"exit code {status.ExitCode}";
}

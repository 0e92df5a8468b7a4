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
}

/// <summary>
/// Tells the ways to die apart. Stack overflow, FailFast, a fatal error and an unhandled exception all end in SIGABRT,
/// so the exit status alone never decides: the result comes first, then our own deeds, then state words, then last words.
/// </summary>
internal static class OutcomeClassifier
{
    /// <summary>What the runtime makes of SIGTERM's default action.</summary>
    public const int TerminatedExitCode = 128 + Signals.Terminate;

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
            return (ChildOutcomeKind.BootstrapFailed, exitCode, signal, "killed: our code did not begin to run in it within the start timeout.");
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
            return (ChildOutcomeKind.BootstrapFailed, exitCode, signal, $"it ended ({Describe(status)}) before our code ran in it.");
        }

        return signal is { } number ? ClassifySignal(evidence, number) : ClassifyExit(evidence, status.ExitCode);
    }

    private static bool WasEndedByUs(Evidence evidence) =>
        evidence.SentSignal != 0
        && (evidence.Status.Signal == evidence.SentSignal || evidence.Status.ExitCode == 128 + evidence.SentSignal);

    private static (ChildOutcomeKind Kind, int? ExitCode, int? Signal, string Explanation) ClassifyExit(Evidence evidence, int code)
    {
        if (code == TerminatedExitCode && !evidence.IsForeign)
        {
            return (ChildOutcomeKind.Signaled, code, Signals.Terminate, "ended by SIGTERM (which the runtime turns into exit code 143).");
        }

        // A runtime that handles its own death may end in an exit code where the signal was its doing.
        return code == 128 + Signals.Abort && !evidence.IsForeign
            ? ClassifyAbort(evidence, code, null)
            : (ChildOutcomeKind.Exited, code, null, $"exited with code {code}{(evidence.IsForeign ? string.Empty : " before its function returned")}.");
    }

    private static (ChildOutcomeKind Kind, int? ExitCode, int? Signal, string Explanation) ClassifySignal(Evidence evidence, int signal) =>
        signal == Signals.Abort && !evidence.IsForeign
            ? ClassifyAbort(evidence, null, signal)
            : (ChildOutcomeKind.Signaled, null, signal, $"ended by {Signals.Name(signal)}{(signal == evidence.SentSignal ? ", which this process sent" : string.Empty)}.");

    private static (ChildOutcomeKind Kind, int? ExitCode, int? Signal, string Explanation) ClassifyAbort(Evidence evidence, int? code, int? signal)
    {
        LastWords words = evidence.LastWords;
        if (words.HasFlag(LastWords.StackOverflow))
        {
            return (ChildOutcomeKind.StackOverflow, code, signal, "a stack overflow (the runtime said so as it aborted).");
        }

        if (words.HasFlag(LastWords.OutOfMemory) || evidence is { SawUnhandled: true, SawOutOfMemory: true })
        {
            return (ChildOutcomeKind.OutOfMemory, code, signal, "the managed heap was full and nobody handled it.");
        }

        if (evidence.SawUnhandled)
        {
            return (ChildOutcomeKind.UnhandledException, code, signal, "an exception on another thread of it was handled by nobody.");
        }

        if (words.HasFlag(LastWords.FailFast) || words.HasFlag(LastWords.FatalError))
        {
            return (ChildOutcomeKind.FailFast, code, signal, "it failed fast (the runtime said so as it aborted).");
        }

        if (words.HasFlag(LastWords.UnhandledException))
        {
            return (ChildOutcomeKind.UnhandledException, code, signal, "an exception was handled by nobody (the runtime said so as it aborted).");
        }

        string hint = evidence.IsErrorSeen ? "no last words were seen" : "its standard error did not pass through us, so its last words are not known";
        return (ChildOutcomeKind.Signaled, code, Signals.Abort, $"ended by SIGABRT; {hint}.");
    }

    private static string Describe(WaitStatus status) =>
        status.Signal != 0 ? Signals.Name(status.Signal) : $"exit code {status.ExitCode}";
}

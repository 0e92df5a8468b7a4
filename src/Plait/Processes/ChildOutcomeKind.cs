namespace Plait.Processes;

/// <summary>The ways a child can end, told apart by its result, its state words, the wait status and its last words.</summary>
public enum ChildOutcomeKind
{
    /// <summary>The function returned.</summary>
    Returned,

    /// <summary>The function threw; <see cref="ChildOutcome.Exception"/> holds what.</summary>
    Threw,

    /// <summary>The process exited by itself before its function returned (Environment.Exit), or is a foreign program that exited.</summary>
    Exited,

    /// <summary>A signal ended it; <see cref="ChildOutcome.Signal"/> says which.</summary>
    Signaled,

    /// <summary>An exception on a thread that the function had started was handled by nobody.</summary>
    UnhandledException,

    /// <summary>A stack overflow.</summary>
    StackOverflow,

    /// <summary>Environment.FailFast, or a fatal error of the runtime.</summary>
    FailFast,

    /// <summary>The managed heap was full (its hard limit, or the machine's memory) and the process ended of it.</summary>
    OutOfMemory,

    /// <summary>Killed for using too much memory: by our watchdog over <see cref="ChildProcessOptions.MemoryLimit"/>, or by the kernel. <see cref="ChildOutcome.Explanation"/> says which.</summary>
    KilledForMemory,

    /// <summary>The process ended, or its start took too long, before our code ran in it.</summary>
    BootstrapFailed,

    /// <summary>The process has ended, but how is not known: the runtime reaped it (this process is PID 1, or ignores SIGCHLD).</summary>
    Unknown,
}

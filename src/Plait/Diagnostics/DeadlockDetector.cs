using Plait.Synchronization.Engine;

namespace Plait.Diagnostics;

/// <summary>
/// Looks at who waits for whom when it is asked. It changes nothing and keeps nobody waiting. What looks by itself, and acts, is
/// <see cref="Synchronization.DeadlockDetection"/>.
/// </summary>
public static class DeadlockDetector
{
    /// <summary>How long a wait lasts before it is suspected: ten seconds, unless another time is given.</summary>
    public static TimeSpan SuspectAfter { get; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// What this process sees: its own thread scopes, the process scopes of its program (with all processes that use them), and the named scopes that it has
    /// opened. The thread scopes of other processes are not among them: <see cref="FindInProcess"/> looks there too. Takes microseconds for each unit.
    /// </summary>
    /// <param name="suspectAfter">How long a wait lasts before it is suspected; null for <see cref="SuspectAfter"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    public static WaitGraphSnapshot Find(TimeSpan? suspectAfter = null)
    {
        TimeSpan limit = Check(suspectAfter);
        return SnapshotReader.Read([.. ScopeMemory.InUse.Select(static memory => new SeenMemory(memory, memory.LockFile is null ? memory.IsShared ? SeenMemory.Processes : SeenMemory.ThreadsOf(Environment.ProcessId) : SeenMemory.Named(NamedMemories.NameOf(memory))))], [], limit);
    }

    /// <summary>
    /// The same for a running program, from outside: all that the process can use, and all that the processes which share a scope with it can use. They are not stopped, and their
    /// memory is mapped to be read only.
    /// </summary>
    /// <param name="pid">The process, as this process counts them.</param>
    /// <param name="suspectAfter">How long a wait lasts before it is suspected; null for <see cref="SuspectAfter"/>.</param>
    /// <exception cref="ArgumentException">There is no such process.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    /// <exception cref="UnauthorizedAccessException">The process is another user's, or protected.</exception>
    /// <exception cref="InvalidOperationException">It has no scope.</exception>
    /// <exception cref="InvalidDataException">Its scopes are of another build of Plait, whose layout differs.</exception>
    public static WaitGraphSnapshot FindInProcess(int pid, TimeSpan? suspectAfter = null)
    {
        TimeSpan limit = Check(suspectAfter);
        using ObservedMemories seen = ObservedMemories.OfProcess(pid);
        return SnapshotReader.Read(seen.All, seen.Unseen, limit);
    }

    /// <summary>The same for a named scope and all processes that use it.</summary>
    /// <param name="name">The name that <see cref="Synchronization.ProcessScope.Open"/> was given.</param>
    /// <param name="suspectAfter">How long a wait lasts before it is suspected; null for <see cref="SuspectAfter"/>.</param>
    /// <exception cref="ArgumentException">There is no scope of that name, or it is no name.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    /// <exception cref="UnauthorizedAccessException">The scope is another user's.</exception>
    /// <exception cref="InvalidDataException">It is of another build of Plait, whose layout differs.</exception>
    public static WaitGraphSnapshot FindInScope(string name, TimeSpan? suspectAfter = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        TimeSpan limit = Check(suspectAfter);
        using ObservedMemories seen = ObservedMemories.OfScope(name);
        return SnapshotReader.Read(seen.All, seen.Unseen, limit);
    }

    private static TimeSpan Check(TimeSpan? suspectAfter) => suspectAfter is { } limit && limit < TimeSpan.Zero
        ? throw new ArgumentOutOfRangeException(nameof(suspectAfter), limit, "A wait is suspected after 0 or more.")
        : suspectAfter ?? SuspectAfter;
}

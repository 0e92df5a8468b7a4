using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using Plait.Interop;

namespace Plait.Processes.Spawning;

/// <summary>
/// As PID 1 the runtime reaps every process that ends, once System.Diagnostics.Process is in use. It holds a lock while it
/// does, which Process itself takes as a reader from fork until it knows its child; so do we, from the spawn until the
/// pidfd is open. The lock is private to the runtime: where it is not found, the status of a program that ends within
/// microseconds of its start may be lost, and is then reported as unknown.
/// </summary>
internal static class RuntimeReaping
{
    private static readonly ReaderWriterLockSlim? Gate = ProcessCalls.CurrentPid == 1 ? Find() : null;

    /// <summary>Runs <paramref name="action"/> while the runtime reaps nobody. It must be short.</summary>
    public static T Hold<T>(Func<T> action)
    {
        Gate?.EnterReadLock();
        try
        {
            return action();
        }
        finally
        {
            Gate?.ExitReadLock();
        }
    }

    // A method of its own: whoever is not PID 1 does not load the assembly of Process for it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ReaderWriterLockSlim? Find() =>
        typeof(Process).GetField("s_processStartLock", BindingFlags.Static | BindingFlags.NonPublic)?.GetValue(null) as ReaderWriterLockSlim;
}

using System.Runtime.CompilerServices;

namespace Plait.Execution;

/// <summary>Limits of memory in executors that cannot keep them.</summary>
internal static class MemoryLimits
{
    /// <exception cref="ArgumentException">The task has one.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ThrowIfSet(WorkRequest work, string executor)
    {
        if (work.Options.MemoryLimit != 0)
        {
            Throw(work, executor);
        }
    }

    private static void Throw(WorkRequest work, string executor) => throw new ArgumentException(
        $"Executor '{executor}' cannot keep the MemoryLimit of {work.Options.MemoryLimit} bytes of task '{work.Options.Name ?? work.Function.Method.Name}': its functions share the memory of a process. Use a ProcessExecutor, or leave the limit at 0.",
        nameof(work));
}

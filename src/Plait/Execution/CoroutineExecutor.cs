using Plait.Coroutines;
using Plait.Execution.Local;

namespace Plait.Execution;

/// <summary>
/// Runs functions as coroutines on event loops of its own: very many at once, while each waits for something. An async function shares its loop's thread with others, and goes on
/// there behind every await; a function that blocks or computes holds up all others of its loop. Safe for all threads.
/// </summary>
/// <remarks>
/// <para>A time that is over, a cancellation or a shutdown kills the coroutine: every wait of ours in it throws <see cref="CoroutineKilledException"/> from then on, and its token is cancelled
/// for what else it awaits. See <see cref="CoroutineExecutorOptions.Grace"/> for one that does not end. In a function everything of <see cref="Coroutine"/> works; what it spawns is a coroutine of
/// its own, and lives on.</para>
/// <para>Tasks begin in the order of their submission, on the loop with the fewest tasks. The loops start with the first task. An executor that is no longer referenced finishes what it has and ends
/// them; their threads do not keep the process from ending.</para>
/// </remarks>
public sealed class CoroutineExecutor : LocalExecutor
{
    /// <summary>Makes an executor on so many loops.</summary>
    /// <param name="loops">How many; 0 for one a processor.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="loops"/> is negative, or over 1,024.</exception>
    public CoroutineExecutor(int loops)
        : this(new CoroutineExecutorOptions { Loops = loops })
    {
    }

    /// <summary>Makes an executor, on one loop unless the options say otherwise. The loops start when there is work for them.</summary>
    /// <param name="options">How it works; null for the defaults. Copied.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public CoroutineExecutor(CoroutineExecutorOptions? options = null)
        : base(NewHost(options))
    {
    }

    private static CoroutineHost NewHost(CoroutineExecutorOptions? options)
    {
        options = options?.Copy() ?? new CoroutineExecutorOptions();
        options.Validate();
        return new CoroutineHost(options);
    }
}

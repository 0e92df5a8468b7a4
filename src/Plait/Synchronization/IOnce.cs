using System.Runtime.CompilerServices;

namespace Plait.Synchronization;

/// <summary>
/// Runs something once in the whole scope. Whoever comes first runs it, the others wait for its end. If it throws, or its
/// process dies, it has not run, and the next one runs it.
/// </summary>
public interface IOnce : ISynchronizer
{
    /// <summary>Whether it has run to its end.</summary>
    bool IsDone { get; }

    /// <summary>Runs <paramref name="action"/> if nobody has; returns when it, or another's, has run. Blocks meanwhile.</summary>
    /// <param name="action">What to run. Its exception goes to this caller.</param>
    /// <param name="cancellationToken">Ends the wait for another's run; it does not stop the action.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <returns>Whether this call ran it.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled while another ran it.</exception>
    bool Run(Action action, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Runs <paramref name="action"/> if nobody has; completes when it, or another's, has run.</summary>
    /// <inheritdoc cref="Run"/>
    ValueTask<bool> RunAsync(Func<Task> action, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);
}

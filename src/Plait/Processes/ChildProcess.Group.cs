using Plait.Processes.Bootstrap;

namespace Plait.Processes;

public partial class ChildProcess
{
    /// <summary>The process that asks, be it the main one or a child.</summary>
    public static CurrentProcess Current => WorkerBootstrap.Current;

    /// <summary>The children of this process that have been started and have not ended, in order of their start.</summary>
    /// <returns>A copy.</returns>
    public static IReadOnlyList<ChildProcess> ActiveChildren() => ChildRegistry.Snapshot();

    /// <summary>Blocks until at least one of the children has ended, for at most <paramref name="timeout"/>. There may be any number of them.</summary>
    /// <param name="children">The children to wait for; all started.</param>
    /// <param name="timeout">How long to wait; null or <see cref="Timeout.InfiniteTimeSpan"/> for ever, zero to look only.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Those that have ended, in the order given; none when the time was up.</returns>
    /// <exception cref="ArgumentException">There are no children, or one of them is null.</exception>
    /// <exception cref="InvalidOperationException">One of them has not been started.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static IReadOnlyList<ChildProcess> WaitAny(
        IReadOnlyCollection<ChildProcess> children, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        Task[] exits = ExitsOf(children);
        int milliseconds = Milliseconds(timeout);
        if (!exits.Any(static exit => exit.IsCompleted))
        {
            _ = Task.WaitAny(exits, milliseconds, cancellationToken);
        }

        return [.. children.Where(static child => child._exited.IsSet)];
    }

    /// <summary>Blocks until all of the children have ended, for at most <paramref name="timeout"/>.</summary>
    /// <param name="children">The children to wait for; all started.</param>
    /// <param name="timeout">How long to wait; null or <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>True when all have ended.</returns>
    /// <exception cref="ArgumentException">There are no children, or one of them is null.</exception>
    /// <exception cref="InvalidOperationException">One of them has not been started.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static bool WaitAll(
        IReadOnlyCollection<ChildProcess> children, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Task.WaitAll(ExitsOf(children), Milliseconds(timeout), cancellationToken);

    /// <summary>
    /// For programs in which neither a startup hook nor the worker entry can run (trimmed programs, a single file with
    /// startup hooks off): call it first in Main, whatever the arguments. In a process started as a worker it runs the
    /// worker and never returns; elsewhere it returns at once. Where it is needed and was not called, no child is started.
    /// </summary>
    public static void RunIfWorker() => WorkerBootstrap.RunExplicitly();

    private static Task[] ExitsOf(IReadOnlyCollection<ChildProcess> children)
    {
        ArgumentNullException.ThrowIfNull(children);
        if (children.Count == 0 || children.Contains(null!))
        {
            throw new ArgumentException("There must be at least one child to wait for, and none may be null.", nameof(children));
        }

        return [.. children.Select(static child => child.Exited)];
    }

    private static int Milliseconds(TimeSpan? timeout)
    {
        TimeSpan limit = timeout ?? Timeout.InfiniteTimeSpan;
        CheckTimeout(limit);
        return limit == Timeout.InfiniteTimeSpan ? -1 : (int)Math.Ceiling(limit.TotalMilliseconds);
    }
}

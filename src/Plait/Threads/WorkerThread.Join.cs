using System.Runtime.CompilerServices;
using Plait.Synchronization;
using Plait.Synchronization.Engine;

namespace Plait.Threads;

public partial class WorkerThread
{
    /// <summary>Blocks until the thread has ended. Several threads may join one, and one thread as often as it likes.</summary>
    /// <exception cref="InvalidOperationException">The thread has not been started, not by this class, or is the calling thread.</exception>
    /// <exception cref="DeadlockException">The wait would never have ended: the thread waits, itself or through others, for what the caller holds. See <see cref="DeadlockDetection"/>.</exception>
    public void Join() => Join(Timeout.InfiniteTimeSpan, CancellationToken.None, string.Empty, 0);

    /// <inheritdoc cref="Join()"/>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    [OverloadResolutionPriority(1)]
    public void Join([CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => Join(Timeout.InfiniteTimeSpan, CancellationToken.None, file, line);

    /// <summary>Blocks until the thread has ended, for at most <paramref name="timeout"/>.</summary>
    /// <param name="timeout">How long to wait; <see cref="Timeout.InfiniteTimeSpan"/> for ever, zero to look only.</param>
    /// <param name="cancellationToken">Ends the wait; the thread goes on.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <returns>True when the thread has ended, false when the time was up. How it ended is not told by this: see <see cref="Outcome"/>.</returns>
    /// <exception cref="InvalidOperationException">The thread has not been started, not by this class, or is the calling thread.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative, or over 24 days.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <exception cref="DeadlockException">The wait would never have ended: the thread waits, itself or through others, for what the caller holds. See <see cref="DeadlockDetection"/>.</exception>
    public bool Join(TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        CheckTimeout(timeout);
        Thread thread = Joinable();
        RefuseSelf(thread);
        cancellationToken.ThrowIfCancellationRequested();
        if (!_ended.IsSet && !WaitForEnd(timeout, new SourcePlace(file, line), cancellationToken))
        {
            return false;
        }

        // It has nothing left to do but to go: after a join its stack and its place under the limits are free.
        thread.Join();
        return true;
    }

    /// <summary>Blocks until the thread has ended. A token alone: see <see cref="Join(TimeSpan, CancellationToken, string, int)"/>.</summary>
    /// <param name="cancellationToken">Ends the wait; the thread goes on.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <exception cref="InvalidOperationException">The thread has not been started, not by this class, or is the calling thread.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <exception cref="DeadlockException">The wait would never have ended: the thread waits, itself or through others, for what the caller holds. See <see cref="DeadlockDetection"/>.</exception>
    public void Join(CancellationToken cancellationToken, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => Join(Timeout.InfiniteTimeSpan, cancellationToken, file, line);

    /// <summary>Completes when the thread has ended, or after <paramref name="timeout"/>. Parks no thread.</summary>
    /// <remarks>
    /// Without a timeout and a token it is a wait of the calling async flow, as that for a lock is, and may be part of a deadlock: the flow counts as waiting from the call on. Where the flow
    /// goes on meanwhile, or awaits something else besides, give it a token or a timeout: then it may end otherwise, and is not counted.
    /// </remarks>
    /// <param name="timeout">How long to wait; null or <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellationToken">Ends the wait; the thread goes on.</param>
    /// <param name="file">Filled in by the compiler: the call site, for reports.</param>
    /// <param name="line">Filled in by the compiler: the call site, for reports.</param>
    /// <returns>True when the thread has ended, false when the time was up.</returns>
    /// <exception cref="InvalidOperationException">The thread has not been started, not by this class, or is the calling thread.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative, or over 24 days.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <exception cref="DeadlockException">The wait would never have ended: the thread waits, itself or through others, for what the calling flow holds. See <see cref="DeadlockDetection"/>.</exception>
    public async Task<bool> JoinAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        TimeSpan limit = timeout ?? Timeout.InfiniteTimeSpan;
        CheckTimeout(limit);
        RefuseSelf(Joinable());
        if (limit == Timeout.InfiniteTimeSpan && !cancellationToken.CanBeCanceled)
        {
            await WaitInGraphAsync(new SourcePlace(file, line)).ConfigureAwait(Agents.HasTurn);
        }

        try
        {
            await _endedTask.Task.WaitAsync(limit, cancellationToken).ConfigureAwait(Agents.HasTurn);
            return true;
        }
        catch (TimeoutException)
        {
            return _ended.IsSet;
        }
    }

    /// <summary>Completes when the thread has ended, and fails as its function did. A wait of the calling flow, as <see cref="JoinAsync"/> without a timeout is.</summary>
    /// <returns>What <c>await thread</c> needs.</returns>
    /// <exception cref="InvalidOperationException">The thread has not been started, not by this class, or is the calling thread.</exception>
    public TaskAwaiter GetAwaiter() => ((Task)CompleteAsync()).GetAwaiter();

    /// <summary>Waits until the thread has ended, and takes its result. No wait of the flow that counts: results are asked for ahead, and awaited later.</summary>
    internal async Task<object?> TakeResultAsync(CancellationToken cancellationToken)
    {
        RefuseSelf(Joinable());
        await _endedTask.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        return TakeResult();
    }

    /// <summary>The same for <c>await thread</c>, which is awaited at once. Nothing tells where that is.</summary>
    internal async Task<object?> CompleteAsync()
    {
        _ = await JoinAsync(file: string.Empty, line: 0).ConfigureAwait(Agents.HasTurn);
        return TakeResult();
    }

    // By an edge of the wait graph where there is room for one.
    private bool WaitForEnd(TimeSpan timeout, SourcePlace site, CancellationToken token)
    {
        if (timeout != TimeSpan.Zero && EndToWaitFor() is { } end)
        {
            try
            {
                // It may have ended before it could see that somebody waits.
                return _ended.IsSet || end.Wait(timeout, site, token);
            }
            catch (ScopeCapacityException)
            {
                // No record for the caller.
            }
        }

        return _ended.Wait(timeout, token);
    }

    // Until it has ended. A unit that is no flow yet holds nothing across an await: nobody waits for it, and there is no edge to make. Nor is there when no room for one is left.
    private ValueTask<bool> WaitInGraphAsync(SourcePlace site)
    {
        if (_ended.IsSet || !(Agents.HasTurn || Agents.CurrentUnit is { IsFlow: true }) || EndToWaitFor() is not { } end)
        {
            return new ValueTask<bool>(result: false);
        }

        try
        {
            // It may have ended before it could see that somebody waits.
            return _ended.IsSet ? new ValueTask<bool>(result: true) : end.WaitAsync(site);
        }
        catch (ScopeCapacityException)
        {
            return new ValueTask<bool>(result: false);
        }
    }

    private UnitEnd? EndToWaitFor()
    {
        int nativeId = NativeId;
        lock (_gate)
        {
            try
            {
                return _end ??= new UnitEnd(nativeId, Name);
            }
            catch (Exception error) when (error is ScopeCapacityException or OutOfMemoryException)
            {
                return null;
            }
        }
    }

    private void RefuseSelf(Thread thread)
    {
        if (thread == Thread.CurrentThread && !_ended.IsSet)
        {
            throw new InvalidOperationException($"Thread '{Name}' cannot join itself: it would wait for ever.");
        }
    }

    private static void CheckTimeout(TimeSpan timeout)
    {
        if (timeout != Timeout.InfiniteTimeSpan && (timeout < TimeSpan.Zero || timeout.TotalMilliseconds > int.MaxValue))
        {
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "A timeout is zero or positive and at most 24 days, or Timeout.InfiniteTimeSpan.");
        }
    }
}

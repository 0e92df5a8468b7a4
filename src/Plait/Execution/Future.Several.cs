using System.Runtime.CompilerServices;

namespace Plait.Execution;

/// <content>Waiting for several, of any executors.</content>
public abstract partial class Future
{
    /// <summary>Blocks until all of several futures have ended, or the first of them has. Never throws what a function threw. A future that is given twice counts once.</summary>
    /// <typeparam name="TFuture">Their type.</typeparam>
    /// <param name="futures">Any futures, of the same executor or of different ones.</param>
    /// <param name="until">What to wait for.</param>
    /// <param name="timeout">How long to wait; null for ever. The functions go on.</param>
    /// <param name="cancellationToken">Ends the wait; the functions go on.</param>
    /// <returns>Which have ended by then and which have not, also after the timeout.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="futures"/>, or one of them, is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative, or there is no such <paramref name="until"/>.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static FutureSplit<TFuture> Wait<TFuture>(IEnumerable<TFuture> futures, WaitFor until = WaitFor.All, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
        where TFuture : Future
    {
        if (until == WaitFor.All && timeout is null && !cancellationToken.CanBeCanceled && Local.LocalWorker.Current is not null && futures is not null)
        {
            // In a task: one after the other, each known to the graph of waits.
            futures = [.. futures];
            foreach (TFuture? future in futures)
            {
                future?.Wait();
            }
        }

        using var gathering = new FutureGathering<TFuture>(futures!, until);
        _ = gathering.WaitUntilEnough(Checked(timeout), cancellationToken);
        return gathering.Split();
    }

    /// <summary>As <see cref="Wait{TFuture}"/>, without blocking a thread.</summary>
    /// <typeparam name="TFuture">Their type.</typeparam>
    /// <param name="futures">Any futures, of the same executor or of different ones.</param>
    /// <param name="until">What to wait for.</param>
    /// <param name="timeout">How long to wait; null for ever. The functions go on.</param>
    /// <param name="cancellationToken">Ends the wait; the functions go on.</param>
    /// <returns>Which have ended by then and which have not, also after the timeout.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="futures"/>, or one of them, is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative, or there is no such <paramref name="until"/>.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static Task<FutureSplit<TFuture>> WaitAsync<TFuture>(IEnumerable<TFuture> futures, WaitFor until = WaitFor.All, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
        where TFuture : Future
    {
        TimeSpan limit = Checked(timeout);
        var gathering = new FutureGathering<TFuture>(futures, until);
        return Wait();

        async Task<FutureSplit<TFuture>> Wait()
        {
            using (gathering)
            {
                _ = await gathering.WaitUntilEnoughAsync(limit, cancellationToken).ConfigureAwait(false);
                return gathering.Split();
            }
        }
    }

    /// <summary>
    /// Gives several futures one by one, each as soon as it has ended: first those that had ended before, in the order in which they were
    /// given, then the others in the order of their ends. Blocks for the next. A future that is given twice comes once.
    /// </summary>
    /// <typeparam name="TFuture">Their type.</typeparam>
    /// <param name="futures">Any futures, of the same executor or of different ones. Read at once.</param>
    /// <param name="timeout">How long the whole may take, from this call; null for ever.</param>
    /// <param name="cancellationToken">Ends the enumeration; the functions go on.</param>
    /// <returns>The futures. To be enumerated once; a fixed amount of work each, however many there are.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="futures"/>, or one of them, is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative.</exception>
    /// <exception cref="TimeoutException">When enumerated: the time was over before all had ended.</exception>
    /// <exception cref="OperationCanceledException">When enumerated: <paramref name="cancellationToken"/> was cancelled.</exception>
    public static IEnumerable<TFuture> AsCompleted<TFuture>(IEnumerable<TFuture> futures, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
        where TFuture : Future
    {
        TimeSpan limit = Checked(timeout);
        long start = TimeProvider.System.GetTimestamp();
        var gathering = new FutureGathering<TFuture>(futures, WaitFor.FirstCompleted);
        return Each();

        IEnumerable<TFuture> Each()
        {
            using (gathering)
            {
                while (gathering.Left > 0)
                {
                    TimeSpan rest = Rest(limit, start);
                    if (!gathering.WaitUntilEnough(rest, cancellationToken))
                    {
                        throw TooLate(gathering, limit);
                    }

                    while (gathering.TryTake(out TFuture? next))
                    {
                        yield return next;
                    }
                }
            }
        }
    }

    /// <summary>As <see cref="AsCompleted{TFuture}"/>, without blocking a thread.</summary>
    /// <typeparam name="TFuture">Their type.</typeparam>
    /// <param name="futures">Any futures, of the same executor or of different ones. Read at once.</param>
    /// <param name="timeout">How long the whole may take, from this call; null for ever.</param>
    /// <param name="cancellationToken">Ends the enumeration; the functions go on.</param>
    /// <returns>The futures. To be enumerated once.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="futures"/>, or one of them, is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative.</exception>
    /// <exception cref="TimeoutException">When enumerated: the time was over before all had ended.</exception>
    /// <exception cref="OperationCanceledException">When enumerated: <paramref name="cancellationToken"/> was cancelled.</exception>
    public static IAsyncEnumerable<TFuture> AsCompletedAsync<TFuture>(IEnumerable<TFuture> futures, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
        where TFuture : Future
    {
        TimeSpan limit = Checked(timeout);
        long start = TimeProvider.System.GetTimestamp();
        var gathering = new FutureGathering<TFuture>(futures, WaitFor.FirstCompleted);
        return Each(cancellationToken);

        async IAsyncEnumerable<TFuture> Each([EnumeratorCancellation] CancellationToken token)
        {
            using (gathering)
            {
                while (gathering.Left > 0)
                {
                    if (!await gathering.WaitUntilEnoughAsync(Rest(limit, start), token).ConfigureAwait(false))
                    {
                        throw TooLate(gathering, limit);
                    }

                    while (gathering.TryTake(out TFuture? next))
                    {
                        yield return next;
                    }
                }
            }
        }
    }

    private static TimeSpan Checked(TimeSpan? timeout)
    {
        if (timeout is not { } limit || limit == Timeout.InfiniteTimeSpan)
        {
            return Timeout.InfiniteTimeSpan;
        }

        return limit >= TimeSpan.Zero
            ? limit
            : throw new ArgumentOutOfRangeException(nameof(timeout), limit, "A time to wait must not be negative; null waits for ever.");
    }

    private static TimeSpan Rest(TimeSpan limit, long start)
    {
        if (limit == Timeout.InfiniteTimeSpan)
        {
            return limit;
        }

        TimeSpan left = limit - TimeProvider.System.GetElapsedTime(start);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private static TimeoutException TooLate<TFuture>(FutureGathering<TFuture> gathering, TimeSpan limit)
        where TFuture : Future =>
        new($"{gathering.Left} of {gathering.Total} futures have not ended within {limit}. They go on; Cancel() stops one.");
}

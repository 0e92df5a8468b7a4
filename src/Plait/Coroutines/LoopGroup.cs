namespace Plait.Coroutines;

/// <summary>
/// Several event loops, each with a thread of its own: for coroutines that one core is too few for. A coroutine stays on the loop it was started on, and shares that one's thread; what
/// coroutines of different loops share needs locks. Members are safe for all threads.
/// </summary>
public sealed class LoopGroup : IDisposable, IAsyncDisposable
{
    private const int MostLoops = 1024;

    private readonly EventLoop[] _loops;
    private int _turn = -1;

    /// <summary>Makes the loops, and starts their threads.</summary>
    /// <param name="loops">How many, 1 to 1,024. Default: 0, as many as the process may use processors.</param>
    /// <param name="options">How each works; the name, or loop-group without one, is followed by a hyphen and the loop's number, from 1 on. Default: null, the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="loops"/> is negative, or more than 1,024; or an option is out of its range.</exception>
    public LoopGroup(int loops = 0, EventLoopOptions? options = null)
    {
        if (loops is < 0 or > MostLoops)
        {
            throw new ArgumentOutOfRangeException(nameof(loops), loops, $"A group has 1 to {MostLoops} loops; 0 means one for each processor.");
        }

        options ??= new EventLoopOptions();
        options.Validate();
        _loops = new EventLoop[loops == 0 ? Environment.ProcessorCount : loops];
        int started = 0;
        try
        {
            while (started < _loops.Length)
            {
                _loops[started] = EventLoop.Start(options.Named($"{options.Name ?? "loop-group"}-{started + 1}"));
                started++;
            }
        }
        catch
        {
            // The system refuses a thread: half a group is none.
            Array.ForEach(_loops[..started], static loop => loop.Dispose());
            throw;
        }
    }

    /// <summary>The loops, in the order of their numbers.</summary>
    public IReadOnlyList<EventLoop> Loops => _loops;

    /// <summary>The loop for the next coroutine: the one with the fewest that have not ended; of several, each in turn.</summary>
    /// <returns>The loop.</returns>
    public EventLoop Next()
    {
        uint first = (uint)Interlocked.Increment(ref _turn);
        EventLoop? best = null;
        int fewest = int.MaxValue;
        for (uint i = 0; i < _loops.Length; i++)
        {
            EventLoop loop = _loops[(first + i) % (uint)_loops.Length];
            int count = loop.CoroutineCount;
            if (count < fewest)
            {
                (best, fewest) = (loop, count);
            }
        }

        return best!;
    }

    /// <summary>Starts a coroutine on the loop that has the fewest. One that is to begin on a loop of your choice is started there: <c>group.Loops[i].Spawn</c>.</summary>
    /// <param name="function">Its function.</param>
    /// <param name="options">How it is made. Default: null, without a name.</param>
    /// <returns>The coroutine.</returns>
    /// <exception cref="EventLoopClosedException">The group has ended, or is about to.</exception>
    public Coroutine Spawn(Func<Task> function, CoroutineOptions? options = null) => Next().Spawn(function, options);

    /// <summary>Starts a coroutine with a result on the loop that has the fewest.</summary>
    /// <typeparam name="TResult">What its function returns.</typeparam>
    /// <param name="function">Its function.</param>
    /// <param name="options">How it is made. Default: null, without a name.</param>
    /// <returns>The coroutine.</returns>
    /// <exception cref="EventLoopClosedException">The group has ended, or is about to.</exception>
    public Coroutine<TResult> Spawn<TResult>(Func<Task<TResult>> function, CoroutineOptions? options = null) => Next().Spawn(function, options);

    /// <summary>Waits until all coroutines have ended that are not daemons, and ends the loops, each when its own have; those that have not ended in time are killed.</summary>
    /// <param name="timeout">How long to wait for them. 0 kills at once; <see cref="Timeout.InfiniteTimeSpan"/> waits as long as it takes.</param>
    /// <returns>Completes when all loops have ended: true when nothing had to be killed but daemons.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    public async Task<bool> ShutdownAsync(TimeSpan timeout)
    {
        TimeoutScope.CheckLimit(timeout);
        bool[] clean = await Task.WhenAll(_loops.Select(loop => loop.ShutdownAsync(timeout))).ConfigureAwait(false);
        return Array.TrueForAll(clean, static one => one);
    }

    /// <summary>Numbers of this moment, of all loops together.</summary>
    /// <returns>The sums of those of the loops.</returns>
    public EventLoopStatistics GetStatistics()
    {
        EventLoopStatistics sum = default;
        foreach (EventLoop loop in _loops)
        {
            EventLoopStatistics one = loop.GetStatistics();
            sum = new EventLoopStatistics(
                sum.Coroutines + one.Coroutines,
                sum.Started + one.Started,
                sum.Steps + one.Steps,
                sum.Waiting + one.Waiting,
                sum.Timers + one.Timers,
                sum.Sleeps + one.Sleeps,
                sum.BlockedSteps + one.BlockedSteps);
        }

        return sum;
    }

    /// <summary>Kills all coroutines and blocks until the loops have ended, for <see cref="EventLoopOptions.ShutdownTimeout"/> at most. In a coroutine of the group it does not wait for that one's own loop.</summary>
    public void Dispose()
    {
        // All at once: each is told before one is waited for.
        _ = ShutdownAsync(TimeSpan.Zero);
        foreach (EventLoop loop in _loops)
        {
            loop.Dispose();
        }
    }

    /// <summary>As <see cref="Dispose"/>, without blocking a thread.</summary>
    /// <returns>Completes when the loops have ended.</returns>
    public async ValueTask DisposeAsync() => await ShutdownAsync(TimeSpan.Zero).ConfigureAwait(false);
}

using Plait.Coroutines.Engine;
using Plait.Scheduling;

namespace Plait.Coroutines;

/// <summary>How an <see cref="EventLoop"/> works.</summary>
public sealed class EventLoopOptions
{
    /// <summary>What it is called in messages, and its thread if it has one of its own. Default: null, loop-N.</summary>
    public string? Name { get; init; }

    /// <summary>Its clock: of sleeps, scopes of time and timers. Default: the system's. Another one moves as it is told to, and what waits for a time then wakes when it gets there.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// How long a step may take, from one await to the next, before it is reported: all others wait meanwhile. Default: 100 ms. <see cref="Timeout.InfiniteTimeSpan"/> turns the
    /// detector off.
    /// </summary>
    public TimeSpan BlockedAfter { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long coroutines that were killed at the end may take to end, before the loop gives them up. Default: 30 s.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether it is measured how long each step takes, for <see cref="EventLoop.GetStepTimes"/>: a look at the clock a step. Default: false, which costs nothing.</summary>
    public bool MeasuresSteps { get; init; }

    /// <summary>
    /// Makes the policy that says which coroutine has the next step, one for each loop; it goes by <see cref="CoroutineOptions.Scheduling"/>. A step is not interrupted: a policy that
    /// preempts does so between steps. Times are nanoseconds of the loop's clock. Default: null, the order in which steps become ready.
    /// </summary>
    public Func<SchedulingPolicy>? PolicyFactory { get; init; }

    /// <summary>What the loop learns from which descriptors are ready. Default: null, edge-triggered epoll.</summary>
    internal Func<LoopPoller>? Poller { get; init; }

    internal EventLoopOptions Named(string name) => new()
    {
        Name = name,
        TimeProvider = TimeProvider,
        BlockedAfter = BlockedAfter,
        ShutdownTimeout = ShutdownTimeout,
        MeasuresSteps = MeasuresSteps,
        PolicyFactory = PolicyFactory,
        Poller = Poller,
    };

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(TimeProvider);
        ThrowUnlessTime(BlockedAfter, nameof(BlockedAfter));
        ThrowUnlessTime(ShutdownTimeout, nameof(ShutdownTimeout));
    }

    private static void ThrowUnlessTime(TimeSpan time, string name)
    {
        if (time <= TimeSpan.Zero && time != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(name, time, "A time is more than 0, or Timeout.InfiniteTimeSpan for none.");
        }
    }
}

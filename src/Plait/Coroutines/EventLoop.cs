using Plait.Coroutines.Engine;

namespace Plait.Coroutines;

/// <summary>
/// Runs coroutines: ordinary async functions, many on one thread. Each has the thread until it awaits something that has not happened yet, and goes on on the same thread.
/// Members are safe for all threads.
/// </summary>
/// <remarks>
/// <para><see cref="Run{TResult}(Func{Task{TResult}}, EventLoopOptions?)"/> runs one on the calling thread until a function has ended. <see cref="Start"/> gives one a thread of its own.</para>
/// <para>A step that blocks stops all coroutines of its loop: it is reported by <see cref="StepBlocked"/>. <see cref="Coroutine.RunBlocking{TResult}(Func{TResult})"/> is
/// for functions that block.</para>
/// <para>Protocol: docs/design/loop.md.</para>
/// </remarks>
public sealed partial class EventLoop : IDisposable
{
    private static int s_loops;

    [ThreadStatic]
    private static EventLoop? t_current;

    private readonly EventLoopOptions _options;
    private readonly LoopPoller _poller;
    private readonly LoopClock _clock;

    private EventLoop(EventLoopOptions? options)
    {
        _options = options ?? new EventLoopOptions();
        _options.Validate();
        Name = _options.Name ?? $"loop-{Interlocked.Increment(ref s_loops)}";
        _ordered = _options.PolicyFactory is { } factory ? new PolicySteps(factory() ?? throw new ArgumentException($"{nameof(EventLoopOptions.PolicyFactory)} has made no policy.", nameof(options))) : null;
        _poller = _options.Poller?.Invoke() ?? new EpollPoller();
        _clock = new LoopClock(_options.TimeProvider, _poller.Wake);
        _wheel = new TimerWheel(_clock.Now);
        _stepTimes = _options.MeasuresSteps ? new long[StepTimes.Buckets] : null;
    }

    /// <summary>An error that nobody awaits: of a coroutine, or of an async void method or a callback that was posted. On the loop's thread. Without a handler it is told on standard error.</summary>
    public event EventHandler<CoroutineFailedEventArgs>? UnhandledException;

    /// <summary>The one that runs on this thread; null outside.</summary>
    public static EventLoop? Current => t_current;

    /// <summary>What it is called in messages.</summary>
    public string Name { get; }

    /// <summary>Whether the calling thread is its own.</summary>
    public bool IsOnLoop => t_current == this;

    /// <summary>Runs a loop on the calling thread until a function has ended. What the function left behind is killed then.</summary>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="main">The function: the first coroutine, called main.</param>
    /// <param name="options">How the loop works. Default: null, the defaults.</param>
    /// <returns>What the function returned; what it threw is thrown.</returns>
    /// <exception cref="InvalidOperationException">A loop runs on this thread already.</exception>
    /// <exception cref="CoroutineDeadlockException">All coroutines wait for each other.</exception>
    /// <exception cref="TimeoutException">What was killed at the end has not ended within <see cref="EventLoopOptions.ShutdownTimeout"/>.</exception>
    public static TResult Run<TResult>(Func<Task<TResult>> main, EventLoopOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(main);
        ThrowIfNested();
        using var loop = new EventLoop(options);
        Coroutine<TResult> coroutine = loop.Spawn(main, new CoroutineOptions { Name = "main" });
        coroutine.Observe();
        loop.RunUntilEnd(coroutine);
        return coroutine.TakeResult();
    }

    /// <inheritdoc cref="Run{TResult}(Func{Task{TResult}}, EventLoopOptions?)"/>
    public static void Run(Func<Task> main, EventLoopOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(main);
        ThrowIfNested();
        using var loop = new EventLoop(options);
        Coroutine coroutine = loop.Spawn(main, new CoroutineOptions { Name = "main" });
        coroutine.Observe();
        loop.RunUntilEnd(coroutine);
        coroutine.ThrowIfFailed();
    }

    /// <summary>Makes a loop that runs on a thread of its own until it is shut down or disposed.</summary>
    /// <param name="options">How it works. Default: null, the defaults.</param>
    /// <returns>The loop.</returns>
    public static EventLoop Start(EventLoopOptions? options = null)
    {
        var loop = new EventLoop(options);
        loop.StartThread();
        return loop;
    }

    /// <summary>Starts a coroutine. It begins when its turn comes, in the order of spawning.</summary>
    /// <param name="function">Its function.</param>
    /// <param name="options">How it is made. Default: null, without a name.</param>
    /// <returns>The coroutine.</returns>
    /// <exception cref="EventLoopClosedException">The loop has ended, or is about to.</exception>
    public Coroutine Spawn(Func<Task> function, CoroutineOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        var coroutine = new Coroutine(this, function, NewId(), options);
        Begin(coroutine);
        return coroutine;
    }

    /// <summary>Starts a coroutine with a result. It begins when its turn comes, in the order of spawning.</summary>
    /// <typeparam name="TResult">What its function returns.</typeparam>
    /// <param name="function">Its function.</param>
    /// <param name="options">How it is made. Default: null, without a name.</param>
    /// <returns>The coroutine.</returns>
    /// <exception cref="EventLoopClosedException">The loop has ended, or is about to.</exception>
    public Coroutine<TResult> Spawn<TResult>(Func<Task<TResult>> function, CoroutineOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        var coroutine = new Coroutine<TResult>(this, function, NewId(), options);
        Begin(coroutine);
        return coroutine;
    }

    /// <summary>For a coroutine of this loop.</summary>
    internal int NewId() => Interlocked.Increment(ref _ids);

    /// <summary>What it learns from which descriptors are ready. On the loop's thread.</summary>
    internal LoopPoller Poller => _poller;

    /// <summary>Numbers of this moment.</summary>
    /// <returns>A copy.</returns>
    public EventLoopStatistics GetStatistics() => new(
        Volatile.Read(ref _liveCount), Volatile.Read(ref _ids), Volatile.Read(ref _steps), _ring.Count + (_slot.Callback is null ? 0 : 1) + (_ordered?.Count ?? 0) + _foreign.Count, _wheel.Count, Volatile.Read(ref _sleeps), Volatile.Read(ref _blockedSteps));

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({GetStatistics().Coroutines} coroutines)";
}

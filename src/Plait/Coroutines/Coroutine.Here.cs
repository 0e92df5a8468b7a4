using Plait.Coroutines.Engine;

namespace Plait.Coroutines;

/// <content>What a coroutine calls itself.</content>
public partial class Coroutine
{
    /// <summary>Lets all others that could run have their turn first.</summary>
    /// <returns>To be awaited at once.</returns>
    /// <exception cref="InvalidOperationException">No coroutine runs on this thread.</exception>
    public static YieldAwaitable Yield() => new(CoroutineContext.Require("Coroutine.Yield"));

    /// <summary>Waits for a time, while others run. Not shorter than asked; up to 131 µs longer by the timers' own grain.</summary>
    /// <param name="time">How long, 0 or more; <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> for until it is killed. 0 lets others run, as <see cref="Yield"/> does.</param>
    /// <returns>To be awaited once.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    /// <exception cref="InvalidOperationException">No coroutine runs on this thread.</exception>
    public static ValueTask Sleep(TimeSpan time)
    {
        TimeoutScope.CheckLimit(time);
        CoroutineContext context = CoroutineContext.Require("Coroutine.Sleep");
        EventLoop loop = context.Loop;
        SleepWait wait = loop.NewSleep();
        wait.Begin(loop, context, loop.DeadlineAfter(time));
        return wait.Task;
    }

    /// <summary>Starts a coroutine on the loop of the one that runs. It begins when its turn comes, not here.</summary>
    /// <param name="function">Its function.</param>
    /// <param name="options">How it is made. Default: null, without a name.</param>
    /// <returns>The coroutine.</returns>
    /// <exception cref="InvalidOperationException">No coroutine runs on this thread.</exception>
    public static Coroutine Spawn(Func<Task> function, CoroutineOptions? options = null) =>
        CoroutineContext.Require("Coroutine.Spawn").Loop.Spawn(function, options);

    /// <summary>Starts a coroutine with a result on the loop of the one that runs. It begins when its turn comes, not here.</summary>
    /// <typeparam name="TResult">What its function returns.</typeparam>
    /// <param name="function">Its function.</param>
    /// <param name="options">How it is made. Default: null, without a name.</param>
    /// <returns>The coroutine.</returns>
    /// <exception cref="InvalidOperationException">No coroutine runs on this thread.</exception>
    public static Coroutine<TResult> Spawn<TResult>(Func<Task<TResult>> function, CoroutineOptions? options = null) =>
        CoroutineContext.Require("Coroutine.Spawn").Loop.Spawn(function, options);

    /// <summary>Begins a scope with a limit of time, which ends when it is disposed.</summary>
    /// <param name="limit">0 or more, or <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="name">What it is called in messages. Default: null.</param>
    /// <returns>The scope, for <c>using</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    /// <exception cref="InvalidOperationException">No coroutine runs on this thread.</exception>
    public static TimeoutScope Timeout(TimeSpan limit, string? name = null)
    {
        TimeoutScope.CheckLimit(limit);
        return new TimeoutScope(CoroutineContext.Require("Coroutine.Timeout"), limit, name);
    }

    /// <summary>Runs a function inside a scope with a limit of time. A result that is there is never lost, also when the time is over by then.</summary>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="limit">0 or more, or <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="function">The function.</param>
    /// <param name="name">What the scope is called in messages. Default: null.</param>
    /// <returns>What the function returned.</returns>
    /// <exception cref="ScopeTimeoutException">The time was over first.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    /// <exception cref="InvalidOperationException">No coroutine runs on this thread.</exception>
    public static async Task<TResult> WithTimeout<TResult>(TimeSpan limit, Func<Task<TResult>> function, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        using TimeoutScope scope = Timeout(limit, name);
        return await function();
    }

    /// <inheritdoc cref="WithTimeout{TResult}(TimeSpan, Func{Task{TResult}}, string?)"/>
    public static async Task WithTimeout(TimeSpan limit, Func<Task> function, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        using TimeoutScope scope = Timeout(limit, name);
        await function();
    }

    /// <summary>Runs a function to its end, whatever kills the coroutine and whatever time is over around it; its own scopes work. For what must not be left half done. A kill comes after it.</summary>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="function">The function. It should be short.</param>
    /// <returns>What the function returned.</returns>
    /// <exception cref="InvalidOperationException">No coroutine runs on this thread.</exception>
    public static async Task<TResult> Shield<TResult>(Func<Task<TResult>> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        using ShieldScope scope = new(CoroutineContext.Require("Coroutine.Shield"));
        return await function();
    }

    /// <inheritdoc cref="Shield{TResult}(Func{Task{TResult}})"/>
    public static async Task Shield(Func<Task> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        using ShieldScope scope = new(CoroutineContext.Require("Coroutine.Shield"));
        await function();
    }

    /// <summary>Awaits a foreign task so that a kill or the end of a scope ends the wait. The task itself goes on: give it a token if it takes one.</summary>
    /// <param name="task">The task.</param>
    /// <returns>To be awaited.</returns>
    /// <exception cref="InvalidOperationException">No coroutine runs on this thread.</exception>
    public static async Task Await(Task task)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (!task.IsCompleted)
        {
            await TaskWait.Begin(CoroutineContext.Require("Coroutine.Await"), task);
        }

        task.GetAwaiter().GetResult();
    }

    /// <summary>Awaits a foreign task with a result so that a kill or the end of a scope ends the wait. The task itself goes on: give it a token if it takes one.</summary>
    /// <typeparam name="TResult">What the task brings.</typeparam>
    /// <param name="task">The task.</param>
    /// <returns>What the task brings.</returns>
    /// <exception cref="InvalidOperationException">No coroutine runs on this thread.</exception>
    public static async Task<TResult> Await<TResult>(Task<TResult> task)
    {
        ArgumentNullException.ThrowIfNull(task);
        await Await((Task)task);
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Runs a function that blocks on the runtime's thread pool, while others run here.</summary>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="function">The function. It runs outside of the loop, on another thread.</param>
    /// <returns>What the function returned. A kill ends the wait, not the function.</returns>
    /// <exception cref="InvalidOperationException">No coroutine runs on this thread.</exception>
    public static Task<TResult> RunBlocking<TResult>(Func<TResult> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        _ = CoroutineContext.Require("Coroutine.RunBlocking");
        return Await(System.Threading.Tasks.Task.Run(function));
    }

    /// <inheritdoc cref="RunBlocking{TResult}(Func{TResult})"/>
    public static Task RunBlocking(Action function)
    {
        ArgumentNullException.ThrowIfNull(function);
        _ = CoroutineContext.Require("Coroutine.RunBlocking");
        return Await(System.Threading.Tasks.Task.Run(function));
    }

    /// <summary>Waits until all have ended.</summary>
    /// <param name="coroutines">Of this loop or others.</param>
    /// <returns>To be awaited.</returns>
    /// <exception cref="AggregateException">Some failed: what they threw, in the order given. All have ended.</exception>
    public static async Task JoinAll(params IEnumerable<Coroutine> coroutines)
    {
        ArgumentNullException.ThrowIfNull(coroutines);
        Coroutine[] all = [.. coroutines];
        Array.ForEach(all, static coroutine => coroutine.Observe());
        List<Exception>? errors = null;
        foreach (Coroutine coroutine in all)
        {
            try
            {
                await coroutine;
            }
            catch (Exception error) when (!coroutine.IsAlive)
            {
                (errors ??= []).Add(error);
            }
        }

        if (errors is not null)
        {
            throw new AggregateException($"{errors.Count} of {all.Length} coroutines failed.", errors);
        }
    }

    /// <summary>Tells all to end, and waits until they have. What they throw then is not told.</summary>
    /// <param name="coroutines">Of this loop or others.</param>
    /// <returns>To be awaited.</returns>
    public static async Task KillAll(params IEnumerable<Coroutine> coroutines)
    {
        ArgumentNullException.ThrowIfNull(coroutines);
        Coroutine[] all = [.. coroutines];
        foreach (Coroutine coroutine in all)
        {
            coroutine.Observe();
            coroutine.Kill();
        }

        foreach (Coroutine coroutine in all)
        {
            try
            {
                await coroutine;
            }
            catch (Exception) when (!coroutine.IsAlive)
            {
                // How they end is theirs.
            }
        }
    }
}

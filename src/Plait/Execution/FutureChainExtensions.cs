namespace Plait.Execution;

/// <summary>Tasks that follow others: the value of one is the argument of the next, in whichever executor that runs.</summary>
public static class FutureChainExtensions
{
    /// <summary>Submits a function with this future's value when it has succeeded. Does not block.</summary>
    /// <typeparam name="T">What the first function returns.</typeparam>
    /// <typeparam name="TNext">What the next one returns.</typeparam>
    /// <param name="first">What it follows.</param>
    /// <param name="executor">Who runs the next function: the same executor, or another.</param>
    /// <param name="function">The next function. It is not run when <paramref name="first"/> fails or is cancelled.</param>
    /// <param name="options">How it is run; null for the defaults. Its time counts from its own submission.</param>
    /// <returns>The end of the next function; that of <paramref name="first"/> where that does not succeed, and what the submission throws where that is refused. Cancelling it does not cancel <paramref name="first"/>.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static Future<TNext> Then<T, TNext>(this Future<T> first, IExecutor executor, Func<T, TNext> function, TaskOptions? options = null)
    {
        Check(first, executor, function);
        return new ChainedFuture<TNext>(first, options?.Name, done => executor.Submit(function, ((Future<T>)done).TakeDone(), options));
    }

    /// <summary>Submits an async function with this future's value when it has succeeded. Does not block.</summary>
    /// <typeparam name="T">What the first function returns.</typeparam>
    /// <typeparam name="TNext">What the next one returns, after awaiting.</typeparam>
    /// <param name="first">What it follows.</param>
    /// <param name="executor">Who runs the next function: the same executor, or another.</param>
    /// <param name="function">The next function. It is not run when <paramref name="first"/> fails or is cancelled.</param>
    /// <param name="options">How it is run; null for the defaults. Its time counts from its own submission.</param>
    /// <returns>The end of the next function; that of <paramref name="first"/> where that does not succeed, and what the submission throws where that is refused. Cancelling it does not cancel <paramref name="first"/>.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static Future<TNext> Then<T, TNext>(this Future<T> first, IExecutor executor, Func<T, Task<TNext>> function, TaskOptions? options = null)
    {
        Check(first, executor, function);
        return new ChainedFuture<TNext>(first, options?.Name, done => executor.Submit(function, ((Future<T>)done).TakeDone(), options));
    }

    /// <summary>Submits a function without an argument when this future has succeeded. Does not block.</summary>
    /// <typeparam name="TNext">What the next function returns.</typeparam>
    /// <param name="first">What it follows.</param>
    /// <param name="executor">Who runs the next function: the same executor, or another.</param>
    /// <param name="function">The next function. It is not run when <paramref name="first"/> fails or is cancelled.</param>
    /// <param name="options">How it is run; null for the defaults. Its time counts from its own submission.</param>
    /// <returns>The end of the next function; that of <paramref name="first"/> where that does not succeed, and what the submission throws where that is refused. Cancelling it does not cancel <paramref name="first"/>.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static Future<TNext> Then<TNext>(this Future first, IExecutor executor, Func<TNext> function, TaskOptions? options = null)
    {
        Check(first, executor, function);
        return new ChainedFuture<TNext>(first, options?.Name, _ => executor.Submit(function, options));
    }

    private static void Check(Future first, IExecutor executor, Delegate function)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(executor);
        ArgumentNullException.ThrowIfNull(function);
    }
}

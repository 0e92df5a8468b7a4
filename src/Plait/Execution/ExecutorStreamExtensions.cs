namespace Plait.Execution;

/// <summary>The ways to run a function that yields values one by one.</summary>
public static class ExecutorStreamExtensions
{
    /// <summary>Runs a function that yields values. They arrive as they are yielded; when nobody takes them, the function waits. It begins with the enumeration, and ending the enumeration early stops it.</summary>
    /// <typeparam name="T">What the function yields.</typeparam>
    /// <param name="executor">Who runs it.</param>
    /// <param name="function">The function, usually an async iterator.</param>
    /// <param name="options">How it is run; null for the defaults. A timeout counts for the whole stream; retries do not apply once a value arrived.</param>
    /// <returns>The values, in order. To be enumerated once. What the function throws is thrown after the values it yielded before.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="executor"/> or <paramref name="function"/> is null.</exception>
    /// <exception cref="NotSupportedException">Something the function captured cannot travel to another process, where the executor needs that.</exception>
    public static IAsyncEnumerable<T> Stream<T>(this IExecutor executor, Func<IAsyncEnumerable<T>> function, TaskOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(executor);
        return executor.Stream<T>(new WorkRequest(function, [], options));
    }

    /// <summary>Runs a function that yields values, with an argument. They arrive as they are yielded; when nobody takes them, the function waits.</summary>
    /// <typeparam name="T1">Type of the argument.</typeparam>
    /// <typeparam name="T">What the function yields.</typeparam>
    /// <param name="executor">Who runs it.</param>
    /// <param name="function">The function, usually an async iterator.</param>
    /// <param name="argument1">Its argument.</param>
    /// <param name="options">How it is run; null for the defaults.</param>
    /// <returns>The values, in order. To be enumerated once.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="executor"/> or <paramref name="function"/> is null.</exception>
    /// <exception cref="NotSupportedException">The argument, or something the function captured, cannot travel to another process, where the executor needs that.</exception>
    public static IAsyncEnumerable<T> Stream<T1, T>(this IExecutor executor, Func<T1, IAsyncEnumerable<T>> function, T1 argument1, TaskOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(executor);
        return executor.Stream<T>(new WorkRequest(function, [argument1], options));
    }
}

namespace Plait.Execution;

public static partial class ExecutorSubmitExtensions
{
    /// <summary>Hands a function over to be run. Does not wait for it; blocks only while the executor is full.</summary>
    /// <typeparam name="T1">Type of the first argument.</typeparam>
    /// <param name="executor">Who runs it.</param>
    /// <param name="function">The function; what it captures travels as a copy where the executor runs it in another process.</param>
    /// <param name="argument1">Its first argument.</param>
    /// <param name="options">How it is run; null for the defaults.</param>
    /// <param name="timeout">How long it may take, over <see cref="TaskOptions.Timeout"/>; null leaves that.</param>
    /// <param name="cancellationToken">Cancels it, over <see cref="TaskOptions.CancellationToken"/>.</param>
    /// <returns>Its end.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="executor"/> or <paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">The function, an argument or a captured value cannot travel to another process, where the executor needs that.</exception>
    /// <exception cref="InvalidOperationException">The executor is closed, broken, or full and made to refuse then.</exception>
    public static Future Submit<T1>(this IExecutor executor, Action<T1> function, T1 argument1, TaskOptions? options = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Checked(executor).Submit(Request(function, [argument1], options, timeout, cancellationToken));

    /// <summary>Hands a function with a value over to be run. Does not wait for it; blocks only while the executor is full.</summary>
    /// <typeparam name="T1">Type of the first argument.</typeparam>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="executor">Who runs it.</param>
    /// <param name="function">The function; what it captures travels as a copy where the executor runs it in another process.</param>
    /// <param name="argument1">Its first argument.</param>
    /// <param name="options">How it is run; null for the defaults.</param>
    /// <param name="timeout">How long it may take, over <see cref="TaskOptions.Timeout"/>; null leaves that.</param>
    /// <param name="cancellationToken">Cancels it, over <see cref="TaskOptions.CancellationToken"/>.</param>
    /// <returns>Its end.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="executor"/> or <paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">The function, an argument or a captured value cannot travel to another process, where the executor needs that.</exception>
    /// <exception cref="InvalidOperationException">The executor is closed, broken, or full and made to refuse then.</exception>
    public static Future<TResult> Submit<T1, TResult>(this IExecutor executor, Func<T1, TResult> function, T1 argument1, TaskOptions? options = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Checked(executor).Submit<TResult>(Request(function, [argument1], options, timeout, cancellationToken));

    /// <summary>Hands an async function over to be run. Does not wait for it; blocks only while the executor is full.</summary>
    /// <typeparam name="T1">Type of the first argument.</typeparam>
    /// <param name="executor">Who runs it.</param>
    /// <param name="function">The function; what it captures travels as a copy where the executor runs it in another process.</param>
    /// <param name="argument1">Its first argument.</param>
    /// <param name="options">How it is run; null for the defaults.</param>
    /// <param name="timeout">How long it may take, over <see cref="TaskOptions.Timeout"/>; null leaves that.</param>
    /// <param name="cancellationToken">Cancels it, over <see cref="TaskOptions.CancellationToken"/>.</param>
    /// <returns>Its end.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="executor"/> or <paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">The function, an argument or a captured value cannot travel to another process, where the executor needs that.</exception>
    /// <exception cref="InvalidOperationException">The executor is closed, broken, or full and made to refuse then.</exception>
    public static Future Submit<T1>(this IExecutor executor, Func<T1, Task> function, T1 argument1, TaskOptions? options = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Checked(executor).Submit(Request(function, [argument1], options, timeout, cancellationToken));

    /// <summary>Hands an async function with a value over to be run. Does not wait for it; blocks only while the executor is full.</summary>
    /// <typeparam name="T1">Type of the first argument.</typeparam>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="executor">Who runs it.</param>
    /// <param name="function">The function; what it captures travels as a copy where the executor runs it in another process.</param>
    /// <param name="argument1">Its first argument.</param>
    /// <param name="options">How it is run; null for the defaults.</param>
    /// <param name="timeout">How long it may take, over <see cref="TaskOptions.Timeout"/>; null leaves that.</param>
    /// <param name="cancellationToken">Cancels it, over <see cref="TaskOptions.CancellationToken"/>.</param>
    /// <returns>Its end.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="executor"/> or <paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">The function, an argument or a captured value cannot travel to another process, where the executor needs that.</exception>
    /// <exception cref="InvalidOperationException">The executor is closed, broken, or full and made to refuse then.</exception>
    public static Future<TResult> Submit<T1, TResult>(this IExecutor executor, Func<T1, Task<TResult>> function, T1 argument1, TaskOptions? options = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Checked(executor).Submit<TResult>(Request(function, [argument1], options, timeout, cancellationToken));

    /// <summary>Hands a function over to be run. Does not wait for it; blocks only while the executor is full.</summary>
    /// <typeparam name="T1">Type of the first argument.</typeparam>
    /// <typeparam name="T2">Type of the second argument.</typeparam>
    /// <param name="executor">Who runs it.</param>
    /// <param name="function">The function; what it captures travels as a copy where the executor runs it in another process.</param>
    /// <param name="argument1">Its first argument.</param>
    /// <param name="argument2">Its second argument.</param>
    /// <param name="options">How it is run; null for the defaults.</param>
    /// <param name="timeout">How long it may take, over <see cref="TaskOptions.Timeout"/>; null leaves that.</param>
    /// <param name="cancellationToken">Cancels it, over <see cref="TaskOptions.CancellationToken"/>.</param>
    /// <returns>Its end.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="executor"/> or <paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">The function, an argument or a captured value cannot travel to another process, where the executor needs that.</exception>
    /// <exception cref="InvalidOperationException">The executor is closed, broken, or full and made to refuse then.</exception>
    public static Future Submit<T1, T2>(this IExecutor executor, Action<T1, T2> function, T1 argument1, T2 argument2, TaskOptions? options = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Checked(executor).Submit(Request(function, [argument1, argument2], options, timeout, cancellationToken));

    /// <summary>Hands a function with a value over to be run. Does not wait for it; blocks only while the executor is full.</summary>
    /// <typeparam name="T1">Type of the first argument.</typeparam>
    /// <typeparam name="T2">Type of the second argument.</typeparam>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="executor">Who runs it.</param>
    /// <param name="function">The function; what it captures travels as a copy where the executor runs it in another process.</param>
    /// <param name="argument1">Its first argument.</param>
    /// <param name="argument2">Its second argument.</param>
    /// <param name="options">How it is run; null for the defaults.</param>
    /// <param name="timeout">How long it may take, over <see cref="TaskOptions.Timeout"/>; null leaves that.</param>
    /// <param name="cancellationToken">Cancels it, over <see cref="TaskOptions.CancellationToken"/>.</param>
    /// <returns>Its end.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="executor"/> or <paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">The function, an argument or a captured value cannot travel to another process, where the executor needs that.</exception>
    /// <exception cref="InvalidOperationException">The executor is closed, broken, or full and made to refuse then.</exception>
    public static Future<TResult> Submit<T1, T2, TResult>(this IExecutor executor, Func<T1, T2, TResult> function, T1 argument1, T2 argument2, TaskOptions? options = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Checked(executor).Submit<TResult>(Request(function, [argument1, argument2], options, timeout, cancellationToken));

    /// <summary>Hands an async function over to be run. Does not wait for it; blocks only while the executor is full.</summary>
    /// <typeparam name="T1">Type of the first argument.</typeparam>
    /// <typeparam name="T2">Type of the second argument.</typeparam>
    /// <param name="executor">Who runs it.</param>
    /// <param name="function">The function; what it captures travels as a copy where the executor runs it in another process.</param>
    /// <param name="argument1">Its first argument.</param>
    /// <param name="argument2">Its second argument.</param>
    /// <param name="options">How it is run; null for the defaults.</param>
    /// <param name="timeout">How long it may take, over <see cref="TaskOptions.Timeout"/>; null leaves that.</param>
    /// <param name="cancellationToken">Cancels it, over <see cref="TaskOptions.CancellationToken"/>.</param>
    /// <returns>Its end.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="executor"/> or <paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">The function, an argument or a captured value cannot travel to another process, where the executor needs that.</exception>
    /// <exception cref="InvalidOperationException">The executor is closed, broken, or full and made to refuse then.</exception>
    public static Future Submit<T1, T2>(this IExecutor executor, Func<T1, T2, Task> function, T1 argument1, T2 argument2, TaskOptions? options = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Checked(executor).Submit(Request(function, [argument1, argument2], options, timeout, cancellationToken));

    /// <summary>Hands an async function with a value over to be run. Does not wait for it; blocks only while the executor is full.</summary>
    /// <typeparam name="T1">Type of the first argument.</typeparam>
    /// <typeparam name="T2">Type of the second argument.</typeparam>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="executor">Who runs it.</param>
    /// <param name="function">The function; what it captures travels as a copy where the executor runs it in another process.</param>
    /// <param name="argument1">Its first argument.</param>
    /// <param name="argument2">Its second argument.</param>
    /// <param name="options">How it is run; null for the defaults.</param>
    /// <param name="timeout">How long it may take, over <see cref="TaskOptions.Timeout"/>; null leaves that.</param>
    /// <param name="cancellationToken">Cancels it, over <see cref="TaskOptions.CancellationToken"/>.</param>
    /// <returns>Its end.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="executor"/> or <paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">The function, an argument or a captured value cannot travel to another process, where the executor needs that.</exception>
    /// <exception cref="InvalidOperationException">The executor is closed, broken, or full and made to refuse then.</exception>
    public static Future<TResult> Submit<T1, T2, TResult>(this IExecutor executor, Func<T1, T2, Task<TResult>> function, T1 argument1, T2 argument2, TaskOptions? options = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Checked(executor).Submit<TResult>(Request(function, [argument1, argument2], options, timeout, cancellationToken));
}

namespace Plait.Execution;

/// <summary>The ways to hand a function to an executor.</summary>
// The overloads are alike on purpose: a compiler can only infer what is spelt out.
public static partial class ExecutorSubmitExtensions
{
    /// <summary>Hands a function over to be run. Does not wait for it; blocks only while the executor is full.</summary>
    /// <param name="executor">Who runs it.</param>
    /// <param name="function">The function; what it captures travels as a copy where the executor runs it in another process.</param>
    /// <param name="options">How it is run; null for the defaults.</param>
    /// <param name="timeout">How long it may take, over <see cref="TaskOptions.Timeout"/>; null leaves that.</param>
    /// <param name="cancellationToken">Cancels it, over <see cref="TaskOptions.CancellationToken"/>.</param>
    /// <returns>Its end.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="executor"/> or <paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">The function, an argument or a captured value cannot travel to another process, where the executor needs that.</exception>
    /// <exception cref="InvalidOperationException">The executor is closed, broken, or full and made to refuse then.</exception>
    public static Future Submit(this IExecutor executor, Action function, TaskOptions? options = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        SubmitSimple(executor, function, options, timeout, cancellationToken);

    /// <summary>Hands a function with a value over to be run. Does not wait for it; blocks only while the executor is full.</summary>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="executor">Who runs it.</param>
    /// <param name="function">The function; what it captures travels as a copy where the executor runs it in another process.</param>
    /// <param name="options">How it is run; null for the defaults.</param>
    /// <param name="timeout">How long it may take, over <see cref="TaskOptions.Timeout"/>; null leaves that.</param>
    /// <param name="cancellationToken">Cancels it, over <see cref="TaskOptions.CancellationToken"/>.</param>
    /// <returns>Its end.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="executor"/> or <paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">The function, an argument or a captured value cannot travel to another process, where the executor needs that.</exception>
    /// <exception cref="InvalidOperationException">The executor is closed, broken, or full and made to refuse then.</exception>
    public static Future<TResult> Submit<TResult>(this IExecutor executor, Func<TResult> function, TaskOptions? options = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        SubmitSimple<TResult>(executor, function, options, timeout, cancellationToken);

    /// <summary>Hands an async function over to be run. Does not wait for it; blocks only while the executor is full.</summary>
    /// <param name="executor">Who runs it.</param>
    /// <param name="function">The function; what it captures travels as a copy where the executor runs it in another process.</param>
    /// <param name="options">How it is run; null for the defaults.</param>
    /// <param name="timeout">How long it may take, over <see cref="TaskOptions.Timeout"/>; null leaves that.</param>
    /// <param name="cancellationToken">Cancels it, over <see cref="TaskOptions.CancellationToken"/>.</param>
    /// <returns>Its end.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="executor"/> or <paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">The function, an argument or a captured value cannot travel to another process, where the executor needs that.</exception>
    /// <exception cref="InvalidOperationException">The executor is closed, broken, or full and made to refuse then.</exception>
    public static Future Submit(this IExecutor executor, Func<Task> function, TaskOptions? options = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        SubmitSimple(executor, function, options, timeout, cancellationToken);

    /// <summary>Hands an async function with a value over to be run. Does not wait for it; blocks only while the executor is full.</summary>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="executor">Who runs it.</param>
    /// <param name="function">The function; what it captures travels as a copy where the executor runs it in another process.</param>
    /// <param name="options">How it is run; null for the defaults.</param>
    /// <param name="timeout">How long it may take, over <see cref="TaskOptions.Timeout"/>; null leaves that.</param>
    /// <param name="cancellationToken">Cancels it, over <see cref="TaskOptions.CancellationToken"/>.</param>
    /// <returns>Its end.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="executor"/> or <paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">The function, an argument or a captured value cannot travel to another process, where the executor needs that.</exception>
    /// <exception cref="InvalidOperationException">The executor is closed, broken, or full and made to refuse then.</exception>
    public static Future<TResult> Submit<TResult>(this IExecutor executor, Func<Task<TResult>> function, TaskOptions? options = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        SubmitSimple<TResult>(executor, function, options, timeout, cancellationToken);

    /// <summary>Hands a function over to be run, with a token that stops it. Does not wait for it; blocks only while the executor is full.</summary>
    /// <param name="executor">Who runs it.</param>
    /// <param name="function">The function; its token is cancelled when the task is, or runs out of time.</param>
    /// <param name="options">How it is run; null for the defaults.</param>
    /// <param name="timeout">How long it may take, over <see cref="TaskOptions.Timeout"/>; null leaves that.</param>
    /// <param name="cancellationToken">Cancels it, over <see cref="TaskOptions.CancellationToken"/>.</param>
    /// <returns>Its end.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="executor"/> or <paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">The function, an argument or a captured value cannot travel to another process, where the executor needs that.</exception>
    /// <exception cref="InvalidOperationException">The executor is closed, broken, or full and made to refuse then.</exception>
    public static Future Submit(this IExecutor executor, Action<CancellationToken> function, TaskOptions? options = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Checked(executor).Submit(Request(function, [default(CancellationToken)], options, timeout, cancellationToken));

    /// <summary>Hands a function with a value over to be run, with a token that stops it. Does not wait for it; blocks only while the executor is full.</summary>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="executor">Who runs it.</param>
    /// <param name="function">The function; its token is cancelled when the task is, or runs out of time.</param>
    /// <param name="options">How it is run; null for the defaults.</param>
    /// <param name="timeout">How long it may take, over <see cref="TaskOptions.Timeout"/>; null leaves that.</param>
    /// <param name="cancellationToken">Cancels it, over <see cref="TaskOptions.CancellationToken"/>.</param>
    /// <returns>Its end.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="executor"/> or <paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">The function, an argument or a captured value cannot travel to another process, where the executor needs that.</exception>
    /// <exception cref="InvalidOperationException">The executor is closed, broken, or full and made to refuse then.</exception>
    public static Future<TResult> Submit<TResult>(this IExecutor executor, Func<CancellationToken, TResult> function, TaskOptions? options = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Checked(executor).Submit<TResult>(Request(function, [default(CancellationToken)], options, timeout, cancellationToken));

    /// <summary>Hands an async function over to be run, with a token that stops it. Does not wait for it; blocks only while the executor is full.</summary>
    /// <param name="executor">Who runs it.</param>
    /// <param name="function">The function; its token is cancelled when the task is, or runs out of time.</param>
    /// <param name="options">How it is run; null for the defaults.</param>
    /// <param name="timeout">How long it may take, over <see cref="TaskOptions.Timeout"/>; null leaves that.</param>
    /// <param name="cancellationToken">Cancels it, over <see cref="TaskOptions.CancellationToken"/>.</param>
    /// <returns>Its end.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="executor"/> or <paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">The function, an argument or a captured value cannot travel to another process, where the executor needs that.</exception>
    /// <exception cref="InvalidOperationException">The executor is closed, broken, or full and made to refuse then.</exception>
    public static Future Submit(this IExecutor executor, Func<CancellationToken, Task> function, TaskOptions? options = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Checked(executor).Submit(Request(function, [default(CancellationToken)], options, timeout, cancellationToken));

    /// <summary>Hands an async function with a value over to be run, with a token that stops it. Does not wait for it; blocks only while the executor is full.</summary>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="executor">Who runs it.</param>
    /// <param name="function">The function; its token is cancelled when the task is, or runs out of time.</param>
    /// <param name="options">How it is run; null for the defaults.</param>
    /// <param name="timeout">How long it may take, over <see cref="TaskOptions.Timeout"/>; null leaves that.</param>
    /// <param name="cancellationToken">Cancels it, over <see cref="TaskOptions.CancellationToken"/>.</param>
    /// <returns>Its end.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="executor"/> or <paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">The function, an argument or a captured value cannot travel to another process, where the executor needs that.</exception>
    /// <exception cref="InvalidOperationException">The executor is closed, broken, or full and made to refuse then.</exception>
    public static Future<TResult> Submit<TResult>(this IExecutor executor, Func<CancellationToken, Task<TResult>> function, TaskOptions? options = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Checked(executor).Submit<TResult>(Request(function, [default(CancellationToken)], options, timeout, cancellationToken));

    // Threads take a function that nothing more is said of without a request: many tasks are as small as that.
    private static Future SubmitSimple(IExecutor executor, Delegate function, TaskOptions? options, TimeSpan? timeout, CancellationToken cancellationToken) =>
        executor is ThreadExecutor threads && IsPlain(options, timeout, cancellationToken)
            ? threads.SubmitPlain<object?>(function, hasResult: false)
            : Checked(executor).Submit(Request(function, [], options, timeout, cancellationToken));

    private static Future<TResult> SubmitSimple<TResult>(IExecutor executor, Delegate function, TaskOptions? options, TimeSpan? timeout, CancellationToken cancellationToken) =>
        executor is ThreadExecutor threads && IsPlain(options, timeout, cancellationToken)
            ? threads.SubmitPlain<TResult>(function, hasResult: true)
            : Checked(executor).Submit<TResult>(Request(function, [], options, timeout, cancellationToken));

    private static bool IsPlain(TaskOptions? options, TimeSpan? timeout, CancellationToken cancellationToken) =>
        options is null && timeout is null && !cancellationToken.CanBeCanceled;

    private static IExecutor Checked(IExecutor executor)
    {
        ArgumentNullException.ThrowIfNull(executor);
        return executor;
    }

    private static WorkRequest Request(Delegate function, object?[] arguments, TaskOptions? options, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        if (timeout is null && !cancellationToken.CanBeCanceled)
        {
            return new WorkRequest(function, arguments, options);
        }

        options ??= TaskOptions.Default;
        options = options with
        {
            Timeout = timeout ?? options.Timeout,
            CancellationToken = cancellationToken.CanBeCanceled ? cancellationToken : options.CancellationToken,
        };
        return new WorkRequest(function, arguments, options);
    }
}

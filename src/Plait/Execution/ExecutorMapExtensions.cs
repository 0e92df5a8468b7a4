namespace Plait.Execution;

/// <summary>Runs one function for many items, many at a time.</summary>
// The overloads are alike on purpose: a compiler can only infer what is spelt out.
public static partial class ExecutorMapExtensions
{
    /// <summary>Runs a function for every item. The results come in the order of the input. Nothing happens before they are enumerated.</summary>
    /// <typeparam name="TIn">Type of the items.</typeparam>
    /// <typeparam name="TOut">What the function returns.</typeparam>
    /// <param name="executor">Who runs it.</param>
    /// <param name="items">The items; any sequence, read lazily, may be endless.</param>
    /// <param name="function">The function; what it captures travels as a copy where the executor runs it in another process.</param>
    /// <param name="options">How the map runs; null for the defaults.</param>
    /// <returns>The results, to be enumerated once.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="executor"/>, <paramref name="items"/> or <paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">The function, or something it captured, cannot travel to another process, where the executor needs that.</exception>
    /// <exception cref="InvalidOperationException">The executor is closed or broken.</exception>
    public static MapResults<TOut> Map<TIn, TOut>(this IExecutor executor, IEnumerable<TIn> items, Func<TIn, TOut> function, MapOptions? options = null) =>
        Create(executor, items, new MapFunction<TIn, TOut>(function), options, isOrdered: true);

    /// <summary>Runs an async function for every item. The results come in the order of the input. Nothing happens before they are enumerated.</summary>
    /// <typeparam name="TIn">Type of the items.</typeparam>
    /// <typeparam name="TOut">What the function returns, after awaiting.</typeparam>
    /// <param name="executor">Who runs it.</param>
    /// <param name="items">The items; any sequence, read lazily, may be endless.</param>
    /// <param name="function">The async function; what it captures travels as a copy where the executor runs it in another process.</param>
    /// <param name="options">How the map runs; null for the defaults.</param>
    /// <returns>The results, to be enumerated once.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="executor"/>, <paramref name="items"/> or <paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">The function, or something it captured, cannot travel to another process, where the executor needs that.</exception>
    /// <exception cref="InvalidOperationException">The executor is closed or broken.</exception>
    public static MapResults<TOut> Map<TIn, TOut>(this IExecutor executor, IEnumerable<TIn> items, Func<TIn, Task<TOut>> function, MapOptions? options = null) =>
        Create(executor, items, new MapFunction<TIn, TOut>(function), options, isOrdered: true);

    /// <summary>Runs a function with a token for every item. The results come in the order of the input. Nothing happens before they are enumerated.</summary>
    /// <typeparam name="TIn">Type of the items.</typeparam>
    /// <typeparam name="TOut">What the function returns.</typeparam>
    /// <param name="executor">Who runs it.</param>
    /// <param name="items">The items; any sequence, read lazily, may be endless.</param>
    /// <param name="function">The function; its token is cancelled when its item is to stop.</param>
    /// <param name="options">How the map runs; null for the defaults.</param>
    /// <returns>The results, to be enumerated once.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="executor"/>, <paramref name="items"/> or <paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">The function, or something it captured, cannot travel to another process, where the executor needs that.</exception>
    /// <exception cref="InvalidOperationException">The executor is closed or broken.</exception>
    public static MapResults<TOut> Map<TIn, TOut>(this IExecutor executor, IEnumerable<TIn> items, Func<TIn, CancellationToken, TOut> function, MapOptions? options = null) =>
        Create(executor, items, new MapFunction<TIn, TOut>(function), options, isOrdered: true);

    /// <summary>Runs an async function with a token for every item. The results come in the order of the input. Nothing happens before they are enumerated.</summary>
    /// <typeparam name="TIn">Type of the items.</typeparam>
    /// <typeparam name="TOut">What the function returns, after awaiting.</typeparam>
    /// <param name="executor">Who runs it.</param>
    /// <param name="items">The items; any sequence, read lazily, may be endless.</param>
    /// <param name="function">The async function; its token is cancelled when its item is to stop.</param>
    /// <param name="options">How the map runs; null for the defaults.</param>
    /// <returns>The results, to be enumerated once.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="executor"/>, <paramref name="items"/> or <paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">The function, or something it captured, cannot travel to another process, where the executor needs that.</exception>
    /// <exception cref="InvalidOperationException">The executor is closed or broken.</exception>
    public static MapResults<TOut> Map<TIn, TOut>(this IExecutor executor, IEnumerable<TIn> items, Func<TIn, CancellationToken, Task<TOut>> function, MapOptions? options = null) =>
        Create(executor, items, new MapFunction<TIn, TOut>(function), options, isOrdered: true);

    private static MapResults<TOut> Create<TIn, TOut>(IExecutor executor, IEnumerable<TIn> items, MapFunction<TIn, TOut> function, MapOptions? options, bool isOrdered)
    {
        ArgumentNullException.ThrowIfNull(items);

        // Exactly an array of these: one of a derived type gives no span of them.
        return items is TIn[] array && array.GetType() == typeof(TIn[])
            ? Create(executor, (_, _) => new MapArrayInput<TIn>(array), function, options, isOrdered)
            : Create(executor, (_, clock) => new MapSequenceInput<TIn>(items, clock), function, options, isOrdered);
    }

    private static MapResults<TOut> Create<TIn, TOut>(IExecutor executor, IAsyncEnumerable<TIn> items, MapFunction<TIn, TOut> function, MapOptions? options, bool isOrdered)
    {
        ArgumentNullException.ThrowIfNull(items);
        return Create(executor, (signal, clock) => new MapAsyncInput<TIn>(items, signal, clock), function, options, isOrdered);
    }

    private static MapResults<TOut> Create<TIn, TOut>(IExecutor executor, Func<MapSignal, TimeProvider, MapInput<TIn>> input, MapFunction<TIn, TOut> function, MapOptions? options, bool isOrdered)
    {
        ArgumentNullException.ThrowIfNull(executor);
        options ??= MapOptions.Default;
        options.Validate();
        IChunkRunner runner = executor as IChunkRunner ?? new MapSubmitRunner(executor);
        runner.Check(function);
        return new MapResults<TOut>(start => new MapRun<TIn, TOut>(runner, input, function, options, isOrdered, start), options.OnError);
    }
}

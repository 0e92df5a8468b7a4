namespace Plait.Execution;

/// <summary>
/// Python's <c>multiprocessing.Pool</c> over any executor: the same calls, blocking or with callbacks, and the same end. What is new code
/// should use the executor itself; this is for code, and people, that come from there. Safe for all threads.
/// </summary>
/// <remarks>
/// <see cref="Dispose"/> terminates, as leaving Python's <c>with</c> does. Workers that are replaced after so many tasks (<c>maxtasksperchild</c>) and what
/// runs first in each (<c>initializer</c>) are options of the executor. Its results are futures: <c>get</c> is <see cref="Future{TResult}.Result()"/>,
/// <c>wait</c> is <see cref="Future.Wait()"/>, <c>ready</c> is <see cref="Future.IsDone"/>.
/// </remarks>
public sealed class Pool : IDisposable
{
    private readonly IExecutor _executor;
    private readonly CancellationTokenSource _terminated = new();

    // Maps under way, guarded by itself: they hand their items over bit by bit, so the executor must take tasks until they have ended.
    private readonly HashSet<Future> _maps = [];
    private volatile bool _isClosed;

    /// <summary>Makes a pool of an executor, which belongs to it from then on.</summary>
    /// <param name="executor">Who runs the functions.</param>
    /// <exception cref="ArgumentNullException"><paramref name="executor"/> is null.</exception>
    public Pool(IExecutor executor)
    {
        ArgumentNullException.ThrowIfNull(executor);
        _executor = executor;
    }

    /// <summary>Who runs the functions.</summary>
    public IExecutor Executor => _executor;

    /// <summary>Runs a function and blocks until it has ended.</summary>
    /// <typeparam name="TResult">What it returns.</typeparam>
    /// <param name="function">The function.</param>
    /// <returns>Its value; what it throws is thrown here.</returns>
    /// <exception cref="InvalidOperationException">The pool is closed.</exception>
    public TResult Apply<TResult>(Func<TResult> function) => ApplyAsync(function).Result();

    /// <summary>Runs a function with an argument and blocks until it has ended.</summary>
    /// <typeparam name="T">Type of the argument.</typeparam>
    /// <typeparam name="TResult">What it returns.</typeparam>
    /// <param name="function">The function.</param>
    /// <param name="argument">Its argument.</param>
    /// <returns>Its value; what it throws is thrown here.</returns>
    /// <exception cref="InvalidOperationException">The pool is closed.</exception>
    public TResult Apply<T, TResult>(Func<T, TResult> function, T argument) => ApplyAsync(function, argument).Result();

    /// <summary>Hands a function over and returns at once.</summary>
    /// <typeparam name="TResult">What it returns.</typeparam>
    /// <param name="function">The function.</param>
    /// <param name="callback">Gets its value, on a thread-pool thread of this process. Null: nobody.</param>
    /// <param name="errorCallback">Gets what it threw, on a thread-pool thread of this process; a cancellation too. Null: nobody.</param>
    /// <returns>Its end.</returns>
    /// <exception cref="InvalidOperationException">The pool is closed.</exception>
    public Future<TResult> ApplyAsync<TResult>(Func<TResult> function, Action<TResult>? callback = null, Action<Exception>? errorCallback = null) =>
        Told(Open().Submit(function), callback, errorCallback);

    /// <summary>Hands a function with an argument over and returns at once.</summary>
    /// <typeparam name="T">Type of the argument.</typeparam>
    /// <typeparam name="TResult">What it returns.</typeparam>
    /// <param name="function">The function.</param>
    /// <param name="argument">Its argument.</param>
    /// <param name="callback">Gets its value, on a thread-pool thread of this process. Null: nobody.</param>
    /// <param name="errorCallback">Gets what it threw, on a thread-pool thread of this process; a cancellation too. Null: nobody.</param>
    /// <returns>Its end.</returns>
    /// <exception cref="InvalidOperationException">The pool is closed.</exception>
    public Future<TResult> ApplyAsync<T, TResult>(Func<T, TResult> function, T argument, Action<TResult>? callback = null, Action<Exception>? errorCallback = null) =>
        Told(Open().Submit(function, argument), callback, errorCallback);

    /// <summary>Runs a function for every item and blocks until all are done.</summary>
    /// <typeparam name="TIn">Type of the items.</typeparam>
    /// <typeparam name="TOut">What the function returns.</typeparam>
    /// <param name="function">The function.</param>
    /// <param name="items">The items.</param>
    /// <param name="chunkSize">Items that travel together; 0 for as many as fit the time they take.</param>
    /// <returns>The values, in the order of the items. What the function throws for one of them is thrown here.</returns>
    /// <exception cref="InvalidOperationException">The pool is closed.</exception>
    public TOut[] Map<TIn, TOut>(Func<TIn, TOut> function, IEnumerable<TIn> items, int chunkSize = 0) =>
        Open().Map(items, function, Options(chunkSize, _terminated.Token)).ToArray();

    /// <summary>As <see cref="Map"/>, without waiting.</summary>
    /// <typeparam name="TIn">Type of the items.</typeparam>
    /// <typeparam name="TOut">What the function returns.</typeparam>
    /// <param name="function">The function.</param>
    /// <param name="items">The items; read by a thread of its own.</param>
    /// <param name="chunkSize">Items that travel together; 0 for as many as fit the time they take.</param>
    /// <param name="callback">Gets the values, on a thread-pool thread of this process. Null: nobody.</param>
    /// <param name="errorCallback">Gets what the function threw. Null: nobody.</param>
    /// <returns>The values, once all are there.</returns>
    /// <exception cref="InvalidOperationException">The pool is closed.</exception>
    public Future<TOut[]> MapAsync<TIn, TOut>(Func<TIn, TOut> function, IEnumerable<TIn> items, int chunkSize = 0, Action<TOut[]>? callback = null, Action<Exception>? errorCallback = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(items);
        IExecutor executor = Open();
        var future = new PoolFuture<TOut[]>(nameof(MapAsync), _terminated.Token);
        lock (_maps)
        {
            _maps.Add(future);
        }

        future.AddDoneCallback((Future done) =>
        {
            lock (_maps)
            {
                _maps.Remove(done);
            }
        });
        future.Run(token => executor.Map(items, function, Options(chunkSize, token)).ToArrayAsync(token));
        return Told(future, callback, errorCallback);
    }

    /// <summary>As <see cref="Map"/>, with items that are the two arguments of the function.</summary>
    /// <typeparam name="T1">Type of the first argument.</typeparam>
    /// <typeparam name="T2">Type of the second argument.</typeparam>
    /// <typeparam name="TOut">What the function returns.</typeparam>
    /// <param name="function">The function.</param>
    /// <param name="items">The arguments.</param>
    /// <param name="chunkSize">Items that travel together; 0 for as many as fit the time they take.</param>
    /// <returns>The values, in the order of the items.</returns>
    /// <exception cref="InvalidOperationException">The pool is closed.</exception>
    public TOut[] StarMap<T1, T2, TOut>(Func<T1, T2, TOut> function, IEnumerable<(T1 First, T2 Second)> items, int chunkSize = 0)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Map(new Starred<T1, T2, TOut> { Function = function }.Call, items, chunkSize);
    }

    /// <summary>As <see cref="StarMap"/>, without waiting.</summary>
    /// <typeparam name="T1">Type of the first argument.</typeparam>
    /// <typeparam name="T2">Type of the second argument.</typeparam>
    /// <typeparam name="TOut">What the function returns.</typeparam>
    /// <param name="function">The function.</param>
    /// <param name="items">The arguments; read by a thread of its own.</param>
    /// <param name="chunkSize">Items that travel together; 0 for as many as fit the time they take.</param>
    /// <param name="callback">Gets the values, on a thread-pool thread of this process. Null: nobody.</param>
    /// <param name="errorCallback">Gets what the function threw. Null: nobody.</param>
    /// <returns>The values, once all are there.</returns>
    /// <exception cref="InvalidOperationException">The pool is closed.</exception>
    public Future<TOut[]> StarMapAsync<T1, T2, TOut>(Func<T1, T2, TOut> function, IEnumerable<(T1 First, T2 Second)> items, int chunkSize = 0, Action<TOut[]>? callback = null, Action<Exception>? errorCallback = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        return MapAsync(new Starred<T1, T2, TOut> { Function = function }.Call, items, chunkSize, callback, errorCallback);
    }

    /// <summary>Runs a function for every item; the values come one by one, in the order of the items, while others are still to be computed. The items are read as the values are asked for.</summary>
    /// <typeparam name="TIn">Type of the items.</typeparam>
    /// <typeparam name="TOut">What the function returns.</typeparam>
    /// <param name="function">The function.</param>
    /// <param name="items">The items; may be endless.</param>
    /// <param name="chunkSize">Items that travel together. Default: 1.</param>
    /// <returns>The values, to be enumerated once; the enumeration blocks for the next.</returns>
    /// <exception cref="InvalidOperationException">The pool is closed.</exception>
    public IEnumerable<TOut> IMap<TIn, TOut>(Func<TIn, TOut> function, IEnumerable<TIn> items, int chunkSize = 1) =>
        Open().Map(items, function, Options(chunkSize, _terminated.Token)).AsEnumerable();

    /// <summary>As <see cref="IMap"/>, with the values in the order in which they are there.</summary>
    /// <typeparam name="TIn">Type of the items.</typeparam>
    /// <typeparam name="TOut">What the function returns.</typeparam>
    /// <param name="function">The function.</param>
    /// <param name="items">The items; may be endless.</param>
    /// <param name="chunkSize">Items that travel together. Default: 1.</param>
    /// <returns>The values, to be enumerated once; the enumeration blocks for the next.</returns>
    /// <exception cref="InvalidOperationException">The pool is closed.</exception>
    public IEnumerable<TOut> IMapUnordered<TIn, TOut>(Func<TIn, TOut> function, IEnumerable<TIn> items, int chunkSize = 1) =>
        Open().MapUnordered(items, function, Options(chunkSize, _terminated.Token)).AsEnumerable();

    /// <summary>Takes no more work; what was handed over is run to its end. Does not block.</summary>
    public void Close() => _isClosed = true;

    /// <summary>Takes no more work, cancels what has not begun, and stops what runs, by force where the executor can. Blocks until it is over.</summary>
    public void Terminate()
    {
        _isClosed = true;
        _terminated.Cancel();
        _ = _executor.Shutdown(ShutdownMode.Kill, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Blocks until all work is done and the workers have ended.</summary>
    /// <exception cref="InvalidOperationException">Neither <see cref="Close"/> nor <see cref="Terminate"/> was called: more work may come.</exception>
    public void Join()
    {
        if (!_isClosed)
        {
            throw new InvalidOperationException($"Pool '{_executor.Name}' still takes work: call Close or Terminate before Join.");
        }

        Future[] maps;
        lock (_maps)
        {
            maps = [.. _maps];
        }

        _ = Future.Wait(maps);
        _ = _executor.Shutdown(ShutdownMode.Drain, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Terminates.</summary>
    public void Dispose()
    {
        Terminate();
        _executor.Dispose();
        _terminated.Dispose();
    }

    private static MapOptions Options(int chunkSize, CancellationToken token) => new() { ChunkSize = chunkSize, CancellationToken = token };

    private static Future<TResult> Told<TResult>(Future<TResult> future, Action<TResult>? callback, Action<Exception>? errorCallback)
    {
        if (callback is null && errorCallback is null)
        {
            return future;
        }

        future.AddDoneCallback((Future<TResult> done) =>
        {
            if (done.State == FutureState.Succeeded)
            {
                callback?.Invoke(done.Result());
                return;
            }

            try
            {
                done.ThrowIfFailed();
            }
            catch (Exception error)
            {
                errorCallback?.Invoke(error);
            }
        });
        return future;
    }

    private IExecutor Open() => _isClosed
        ? throw new InvalidOperationException($"Pool '{_executor.Name}' was closed and takes no more work.")
        : _executor;

    // An object with a field, and no closure: so it can travel to another process.
    private sealed class Starred<T1, T2, TOut>
    {
        public required Func<T1, T2, TOut> Function { get; init; }

        public TOut Call((T1 First, T2 Second) item) => Function(item.First, item.Second);
    }
}

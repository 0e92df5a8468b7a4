namespace Plait.Threads;

public partial class WorkerThread
{
    /// <summary>Describes a thread that runs a function, without starting it: <see cref="IsDaemon"/> can still be set.</summary>
    /// <param name="function">The function.</param>
    /// <param name="options">How the thread is started, or its name; null for the defaults.</param>
    /// <returns>The thread; call <see cref="Start()"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static WorkerThread Create(Action function, WorkerThreadOptions? options = null) =>
        new(ThreadWork.Of(function), options);

    /// <summary>Describes a thread that runs a function and keeps its value, without starting it: <see cref="IsDaemon"/> can still be set.</summary>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="function">The function.</param>
    /// <param name="options">How the thread is started, or its name; null for the defaults.</param>
    /// <returns>The thread; call <see cref="Start()"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static WorkerThread<TResult> Create<TResult>(Func<TResult> function, WorkerThreadOptions? options = null) =>
        new(ThreadWork.Of(function), options);

    /// <summary>Describes a thread that runs an async function, without starting it: <see cref="IsDaemon"/> can still be set. All of it runs on that thread, what follows an await too; the thread does nothing else until the function's task has ended, and must not block on work of its own that awaits.</summary>
    /// <param name="function">The function.</param>
    /// <param name="options">How the thread is started, or its name; null for the defaults.</param>
    /// <returns>The thread; call <see cref="Start()"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static WorkerThread Create(Func<Task> function, WorkerThreadOptions? options = null) =>
        new(ThreadWork.OfAsync(function), options);

    /// <summary>Describes a thread that runs an async function and keeps its value, without starting it: <see cref="IsDaemon"/> can still be set. All of it runs on that thread, what follows an await too; the thread does nothing else until the function's task has ended, and must not block on work of its own that awaits.</summary>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="function">The function.</param>
    /// <param name="options">How the thread is started, or its name; null for the defaults.</param>
    /// <returns>The thread; call <see cref="Start()"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static WorkerThread<TResult> Create<TResult>(Func<Task<TResult>> function, WorkerThreadOptions? options = null) =>
        new(ThreadWork.OfAsync(function), options);

    /// <summary>Describes a thread that runs a function that can be asked to stop, without starting it: <see cref="IsDaemon"/> can still be set.</summary>
    /// <param name="function">The function; its token is <see cref="Cancellation"/>, which <see cref="RequestStop"/> cancels.</param>
    /// <param name="options">How the thread is started, or its name; null for the defaults.</param>
    /// <returns>The thread; call <see cref="Start()"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static WorkerThread Create(Action<CancellationToken> function, WorkerThreadOptions? options = null) =>
        new(ThreadWork.Of(function), options);

    /// <summary>Describes a thread that runs a function that can be asked to stop, and keeps its value, without starting it: <see cref="IsDaemon"/> can still be set.</summary>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="function">The function; its token is <see cref="Cancellation"/>, which <see cref="RequestStop"/> cancels.</param>
    /// <param name="options">How the thread is started, or its name; null for the defaults.</param>
    /// <returns>The thread; call <see cref="Start()"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static WorkerThread<TResult> Create<TResult>(Func<CancellationToken, TResult> function, WorkerThreadOptions? options = null) =>
        new(ThreadWork.Of(function), options);

    /// <summary>Describes a thread that runs an async function that can be asked to stop, without starting it: <see cref="IsDaemon"/> can still be set. All of it runs on that thread, what follows an await too; the thread does nothing else until the function's task has ended, and must not block on work of its own that awaits.</summary>
    /// <param name="function">The function; its token is <see cref="Cancellation"/>, which <see cref="RequestStop"/> cancels.</param>
    /// <param name="options">How the thread is started, or its name; null for the defaults.</param>
    /// <returns>The thread; call <see cref="Start()"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static WorkerThread Create(Func<CancellationToken, Task> function, WorkerThreadOptions? options = null) =>
        new(ThreadWork.OfAsync(function), options);

    /// <summary>Describes a thread that runs an async function that can be asked to stop, and keeps its value, without starting it: <see cref="IsDaemon"/> can still be set. All of it runs on that thread, what follows an await too; the thread does nothing else until the function's task has ended, and must not block on work of its own that awaits.</summary>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="function">The function; its token is <see cref="Cancellation"/>, which <see cref="RequestStop"/> cancels.</param>
    /// <param name="options">How the thread is started, or its name; null for the defaults.</param>
    /// <returns>The thread; call <see cref="Start()"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static WorkerThread<TResult> Create<TResult>(Func<CancellationToken, Task<TResult>> function, WorkerThreadOptions? options = null) =>
        new(ThreadWork.OfAsync(function), options);
}

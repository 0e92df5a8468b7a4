namespace Plait.Threads;

public partial class WorkerThread
{
    /// <summary>Runs a function on a new thread.</summary>
    /// <param name="function">The function.</param>
    /// <param name="options">How the thread is started, or its name; null for the defaults.</param>
    /// <returns>The started thread.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="ThreadStartRefusedException">The system refused to start the thread; the message names the limits.</exception>
    public static WorkerThread Start(Action function, WorkerThreadOptions? options = null) =>
        Started(Create(function, options));

    /// <summary>Runs a function and keeps its value on a new thread.</summary>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="function">The function.</param>
    /// <param name="options">How the thread is started, or its name; null for the defaults.</param>
    /// <returns>The started thread.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="ThreadStartRefusedException">The system refused to start the thread; the message names the limits.</exception>
    public static WorkerThread<TResult> Start<TResult>(Func<TResult> function, WorkerThreadOptions? options = null) =>
        Started(Create(function, options));

    /// <summary>Runs an async function on a new thread. All of it runs on that thread, what follows an await too; the thread does nothing else until the function's task has ended, and must not block on work of its own that awaits.</summary>
    /// <param name="function">The function.</param>
    /// <param name="options">How the thread is started, or its name; null for the defaults.</param>
    /// <returns>The started thread.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="ThreadStartRefusedException">The system refused to start the thread; the message names the limits.</exception>
    public static WorkerThread Start(Func<Task> function, WorkerThreadOptions? options = null) =>
        Started(Create(function, options));

    /// <summary>Runs an async function and keeps its value on a new thread. All of it runs on that thread, what follows an await too; the thread does nothing else until the function's task has ended, and must not block on work of its own that awaits.</summary>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="function">The function.</param>
    /// <param name="options">How the thread is started, or its name; null for the defaults.</param>
    /// <returns>The started thread.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="ThreadStartRefusedException">The system refused to start the thread; the message names the limits.</exception>
    public static WorkerThread<TResult> Start<TResult>(Func<Task<TResult>> function, WorkerThreadOptions? options = null) =>
        Started(Create(function, options));

    /// <summary>Runs a function that can be asked to stop on a new thread.</summary>
    /// <param name="function">The function; its token is <see cref="Cancellation"/>, which <see cref="RequestStop"/> cancels.</param>
    /// <param name="options">How the thread is started, or its name; null for the defaults.</param>
    /// <returns>The started thread.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="ThreadStartRefusedException">The system refused to start the thread; the message names the limits.</exception>
    public static WorkerThread Start(Action<CancellationToken> function, WorkerThreadOptions? options = null) =>
        Started(Create(function, options));

    /// <summary>Runs a function that can be asked to stop, and keeps its value on a new thread.</summary>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="function">The function; its token is <see cref="Cancellation"/>, which <see cref="RequestStop"/> cancels.</param>
    /// <param name="options">How the thread is started, or its name; null for the defaults.</param>
    /// <returns>The started thread.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="ThreadStartRefusedException">The system refused to start the thread; the message names the limits.</exception>
    public static WorkerThread<TResult> Start<TResult>(Func<CancellationToken, TResult> function, WorkerThreadOptions? options = null) =>
        Started(Create(function, options));

    /// <summary>Runs an async function that can be asked to stop on a new thread. All of it runs on that thread, what follows an await too; the thread does nothing else until the function's task has ended, and must not block on work of its own that awaits.</summary>
    /// <param name="function">The function; its token is <see cref="Cancellation"/>, which <see cref="RequestStop"/> cancels.</param>
    /// <param name="options">How the thread is started, or its name; null for the defaults.</param>
    /// <returns>The started thread.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="ThreadStartRefusedException">The system refused to start the thread; the message names the limits.</exception>
    public static WorkerThread Start(Func<CancellationToken, Task> function, WorkerThreadOptions? options = null) =>
        Started(Create(function, options));

    /// <summary>Runs an async function that can be asked to stop, and keeps its value on a new thread. All of it runs on that thread, what follows an await too; the thread does nothing else until the function's task has ended, and must not block on work of its own that awaits.</summary>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="function">The function; its token is <see cref="Cancellation"/>, which <see cref="RequestStop"/> cancels.</param>
    /// <param name="options">How the thread is started, or its name; null for the defaults.</param>
    /// <returns>The started thread.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="ThreadStartRefusedException">The system refused to start the thread; the message names the limits.</exception>
    public static WorkerThread<TResult> Start<TResult>(Func<CancellationToken, Task<TResult>> function, WorkerThreadOptions? options = null) =>
        Started(Create(function, options));

    private static TThread Started<TThread>(TThread thread)
        where TThread : WorkerThread
    {
        thread.Start();
        return thread;
    }
}

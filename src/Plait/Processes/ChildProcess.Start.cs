using Plait.Codecs;

namespace Plait.Processes;

// The overloads are alike on purpose: a compiler can only infer what is spelt out.
public partial class ChildProcess
{
    /// <summary>Runs a function in a new process.</summary>
    /// <param name="function">The function: static, instance, generic or a lambda; what it captures travels as a copy.</param>
    /// <param name="options">How the child is started; null for the defaults.</param>
    /// <returns>The started child.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">This process may not start children, or the function's code cannot be found again in another process.</exception>
    /// <exception cref="CannotTravelException">The function, an argument or a captured value cannot travel; the message names it.</exception>
    /// <exception cref="ChildStartException">The system refused to start the process; the message names the limit.</exception>
    public static ChildProcess Start(Action function, ChildProcessOptions? options = null) =>
        Started(new ChildProcess(ChildWork.Of(function), options));

    /// <summary>Runs a function and brings its value back in a new process.</summary>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="function">The function: static, instance, generic or a lambda; what it captures travels as a copy.</param>
    /// <param name="options">How the child is started; null for the defaults.</param>
    /// <returns>The started child.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">This process may not start children, or the function's code cannot be found again in another process.</exception>
    /// <exception cref="CannotTravelException">The function, an argument or a captured value cannot travel; the message names it.</exception>
    /// <exception cref="ChildStartException">The system refused to start the process; the message names the limit.</exception>
    public static ChildProcess<TResult> Start<TResult>(Func<TResult> function, ChildProcessOptions? options = null) =>
        Started(new ChildProcess<TResult>(ChildWork.Of(function), options));

    /// <summary>Runs an async function in a new process.</summary>
    /// <param name="function">The function: static, instance, generic or a lambda; what it captures travels as a copy.</param>
    /// <param name="options">How the child is started; null for the defaults.</param>
    /// <returns>The started child.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">This process may not start children, or the function's code cannot be found again in another process.</exception>
    /// <exception cref="CannotTravelException">The function, an argument or a captured value cannot travel; the message names it.</exception>
    /// <exception cref="ChildStartException">The system refused to start the process; the message names the limit.</exception>
    public static ChildProcess Start(Func<Task> function, ChildProcessOptions? options = null) =>
        Started(new ChildProcess(ChildWork.Of(function), options));

    /// <summary>Runs an async function and brings its value back in a new process.</summary>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="function">The function: static, instance, generic or a lambda; what it captures travels as a copy.</param>
    /// <param name="options">How the child is started; null for the defaults.</param>
    /// <returns>The started child.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">This process may not start children, or the function's code cannot be found again in another process.</exception>
    /// <exception cref="CannotTravelException">The function, an argument or a captured value cannot travel; the message names it.</exception>
    /// <exception cref="ChildStartException">The system refused to start the process; the message names the limit.</exception>
    public static ChildProcess<TResult> Start<TResult>(Func<Task<TResult>> function, ChildProcessOptions? options = null) =>
        Started(new ChildProcess<TResult>(ChildWork.Of(function), options));

    /// <summary>Runs a function in a new process.</summary>
    /// <typeparam name="T1">Type of the first argument.</typeparam>
    /// <param name="function">The function: static, instance, generic or a lambda; what it captures travels as a copy.</param>
    /// <param name="argument1">Its first argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="options">How the child is started; null for the defaults.</param>
    /// <returns>The started child.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">This process may not start children, or the function's code cannot be found again in another process.</exception>
    /// <exception cref="CannotTravelException">The function, an argument or a captured value cannot travel; the message names it.</exception>
    /// <exception cref="ChildStartException">The system refused to start the process; the message names the limit.</exception>
    public static ChildProcess Start<T1>(Action<T1> function, T1 argument1, ChildProcessOptions? options = null) =>
        Started(new ChildProcess(ChildWork.Of(function, argument1), options));

    /// <summary>Runs a function and brings its value back in a new process.</summary>
    /// <typeparam name="T1">Type of the first argument.</typeparam>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="function">The function: static, instance, generic or a lambda; what it captures travels as a copy.</param>
    /// <param name="argument1">Its first argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="options">How the child is started; null for the defaults.</param>
    /// <returns>The started child.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">This process may not start children, or the function's code cannot be found again in another process.</exception>
    /// <exception cref="CannotTravelException">The function, an argument or a captured value cannot travel; the message names it.</exception>
    /// <exception cref="ChildStartException">The system refused to start the process; the message names the limit.</exception>
    public static ChildProcess<TResult> Start<T1, TResult>(Func<T1, TResult> function, T1 argument1, ChildProcessOptions? options = null) =>
        Started(new ChildProcess<TResult>(ChildWork.Of(function, argument1), options));

    /// <summary>Runs an async function in a new process.</summary>
    /// <typeparam name="T1">Type of the first argument.</typeparam>
    /// <param name="function">The function: static, instance, generic or a lambda; what it captures travels as a copy.</param>
    /// <param name="argument1">Its first argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="options">How the child is started; null for the defaults.</param>
    /// <returns>The started child.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">This process may not start children, or the function's code cannot be found again in another process.</exception>
    /// <exception cref="CannotTravelException">The function, an argument or a captured value cannot travel; the message names it.</exception>
    /// <exception cref="ChildStartException">The system refused to start the process; the message names the limit.</exception>
    public static ChildProcess Start<T1>(Func<T1, Task> function, T1 argument1, ChildProcessOptions? options = null) =>
        Started(new ChildProcess(ChildWork.Of(function, argument1), options));

    /// <summary>Runs an async function and brings its value back in a new process.</summary>
    /// <typeparam name="T1">Type of the first argument.</typeparam>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="function">The function: static, instance, generic or a lambda; what it captures travels as a copy.</param>
    /// <param name="argument1">Its first argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="options">How the child is started; null for the defaults.</param>
    /// <returns>The started child.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">This process may not start children, or the function's code cannot be found again in another process.</exception>
    /// <exception cref="CannotTravelException">The function, an argument or a captured value cannot travel; the message names it.</exception>
    /// <exception cref="ChildStartException">The system refused to start the process; the message names the limit.</exception>
    public static ChildProcess<TResult> Start<T1, TResult>(Func<T1, Task<TResult>> function, T1 argument1, ChildProcessOptions? options = null) =>
        Started(new ChildProcess<TResult>(ChildWork.Of(function, argument1), options));

    /// <summary>Runs a function in a new process.</summary>
    /// <typeparam name="T1">Type of the first argument.</typeparam>
    /// <typeparam name="T2">Type of the second argument.</typeparam>
    /// <param name="function">The function: static, instance, generic or a lambda; what it captures travels as a copy.</param>
    /// <param name="argument1">Its first argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="argument2">Its second argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="options">How the child is started; null for the defaults.</param>
    /// <returns>The started child.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">This process may not start children, or the function's code cannot be found again in another process.</exception>
    /// <exception cref="CannotTravelException">The function, an argument or a captured value cannot travel; the message names it.</exception>
    /// <exception cref="ChildStartException">The system refused to start the process; the message names the limit.</exception>
    public static ChildProcess Start<T1, T2>(Action<T1, T2> function, T1 argument1, T2 argument2, ChildProcessOptions? options = null) =>
        Started(new ChildProcess(ChildWork.Of(function, argument1, argument2), options));

    /// <summary>Runs a function and brings its value back in a new process.</summary>
    /// <typeparam name="T1">Type of the first argument.</typeparam>
    /// <typeparam name="T2">Type of the second argument.</typeparam>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="function">The function: static, instance, generic or a lambda; what it captures travels as a copy.</param>
    /// <param name="argument1">Its first argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="argument2">Its second argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="options">How the child is started; null for the defaults.</param>
    /// <returns>The started child.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">This process may not start children, or the function's code cannot be found again in another process.</exception>
    /// <exception cref="CannotTravelException">The function, an argument or a captured value cannot travel; the message names it.</exception>
    /// <exception cref="ChildStartException">The system refused to start the process; the message names the limit.</exception>
    public static ChildProcess<TResult> Start<T1, T2, TResult>(Func<T1, T2, TResult> function, T1 argument1, T2 argument2, ChildProcessOptions? options = null) =>
        Started(new ChildProcess<TResult>(ChildWork.Of(function, argument1, argument2), options));

    /// <summary>Runs an async function in a new process.</summary>
    /// <typeparam name="T1">Type of the first argument.</typeparam>
    /// <typeparam name="T2">Type of the second argument.</typeparam>
    /// <param name="function">The function: static, instance, generic or a lambda; what it captures travels as a copy.</param>
    /// <param name="argument1">Its first argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="argument2">Its second argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="options">How the child is started; null for the defaults.</param>
    /// <returns>The started child.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">This process may not start children, or the function's code cannot be found again in another process.</exception>
    /// <exception cref="CannotTravelException">The function, an argument or a captured value cannot travel; the message names it.</exception>
    /// <exception cref="ChildStartException">The system refused to start the process; the message names the limit.</exception>
    public static ChildProcess Start<T1, T2>(Func<T1, T2, Task> function, T1 argument1, T2 argument2, ChildProcessOptions? options = null) =>
        Started(new ChildProcess(ChildWork.Of(function, argument1, argument2), options));

    /// <summary>Runs an async function and brings its value back in a new process.</summary>
    /// <typeparam name="T1">Type of the first argument.</typeparam>
    /// <typeparam name="T2">Type of the second argument.</typeparam>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="function">The function: static, instance, generic or a lambda; what it captures travels as a copy.</param>
    /// <param name="argument1">Its first argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="argument2">Its second argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="options">How the child is started; null for the defaults.</param>
    /// <returns>The started child.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">This process may not start children, or the function's code cannot be found again in another process.</exception>
    /// <exception cref="CannotTravelException">The function, an argument or a captured value cannot travel; the message names it.</exception>
    /// <exception cref="ChildStartException">The system refused to start the process; the message names the limit.</exception>
    public static ChildProcess<TResult> Start<T1, T2, TResult>(Func<T1, T2, Task<TResult>> function, T1 argument1, T2 argument2, ChildProcessOptions? options = null) =>
        Started(new ChildProcess<TResult>(ChildWork.Of(function, argument1, argument2), options));

    /// <summary>Runs a function in a new process.</summary>
    /// <typeparam name="T1">Type of the first argument.</typeparam>
    /// <typeparam name="T2">Type of the second argument.</typeparam>
    /// <typeparam name="T3">Type of the third argument.</typeparam>
    /// <param name="function">The function: static, instance, generic or a lambda; what it captures travels as a copy.</param>
    /// <param name="argument1">Its first argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="argument2">Its second argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="argument3">Its third argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="options">How the child is started; null for the defaults.</param>
    /// <returns>The started child.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">This process may not start children, or the function's code cannot be found again in another process.</exception>
    /// <exception cref="CannotTravelException">The function, an argument or a captured value cannot travel; the message names it.</exception>
    /// <exception cref="ChildStartException">The system refused to start the process; the message names the limit.</exception>
    public static ChildProcess Start<T1, T2, T3>(Action<T1, T2, T3> function, T1 argument1, T2 argument2, T3 argument3, ChildProcessOptions? options = null) =>
        Started(new ChildProcess(ChildWork.Of(function, argument1, argument2, argument3), options));

    /// <summary>Runs a function and brings its value back in a new process.</summary>
    /// <typeparam name="T1">Type of the first argument.</typeparam>
    /// <typeparam name="T2">Type of the second argument.</typeparam>
    /// <typeparam name="T3">Type of the third argument.</typeparam>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="function">The function: static, instance, generic or a lambda; what it captures travels as a copy.</param>
    /// <param name="argument1">Its first argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="argument2">Its second argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="argument3">Its third argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="options">How the child is started; null for the defaults.</param>
    /// <returns>The started child.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">This process may not start children, or the function's code cannot be found again in another process.</exception>
    /// <exception cref="CannotTravelException">The function, an argument or a captured value cannot travel; the message names it.</exception>
    /// <exception cref="ChildStartException">The system refused to start the process; the message names the limit.</exception>
    public static ChildProcess<TResult> Start<T1, T2, T3, TResult>(Func<T1, T2, T3, TResult> function, T1 argument1, T2 argument2, T3 argument3, ChildProcessOptions? options = null) =>
        Started(new ChildProcess<TResult>(ChildWork.Of(function, argument1, argument2, argument3), options));

    /// <summary>Runs an async function in a new process.</summary>
    /// <typeparam name="T1">Type of the first argument.</typeparam>
    /// <typeparam name="T2">Type of the second argument.</typeparam>
    /// <typeparam name="T3">Type of the third argument.</typeparam>
    /// <param name="function">The function: static, instance, generic or a lambda; what it captures travels as a copy.</param>
    /// <param name="argument1">Its first argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="argument2">Its second argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="argument3">Its third argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="options">How the child is started; null for the defaults.</param>
    /// <returns>The started child.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">This process may not start children, or the function's code cannot be found again in another process.</exception>
    /// <exception cref="CannotTravelException">The function, an argument or a captured value cannot travel; the message names it.</exception>
    /// <exception cref="ChildStartException">The system refused to start the process; the message names the limit.</exception>
    public static ChildProcess Start<T1, T2, T3>(Func<T1, T2, T3, Task> function, T1 argument1, T2 argument2, T3 argument3, ChildProcessOptions? options = null) =>
        Started(new ChildProcess(ChildWork.Of(function, argument1, argument2, argument3), options));

    /// <summary>Runs an async function and brings its value back in a new process.</summary>
    /// <typeparam name="T1">Type of the first argument.</typeparam>
    /// <typeparam name="T2">Type of the second argument.</typeparam>
    /// <typeparam name="T3">Type of the third argument.</typeparam>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="function">The function: static, instance, generic or a lambda; what it captures travels as a copy.</param>
    /// <param name="argument1">Its first argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="argument2">Its second argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="argument3">Its third argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="options">How the child is started; null for the defaults.</param>
    /// <returns>The started child.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">This process may not start children, or the function's code cannot be found again in another process.</exception>
    /// <exception cref="CannotTravelException">The function, an argument or a captured value cannot travel; the message names it.</exception>
    /// <exception cref="ChildStartException">The system refused to start the process; the message names the limit.</exception>
    public static ChildProcess<TResult> Start<T1, T2, T3, TResult>(Func<T1, T2, T3, Task<TResult>> function, T1 argument1, T2 argument2, T3 argument3, ChildProcessOptions? options = null) =>
        Started(new ChildProcess<TResult>(ChildWork.Of(function, argument1, argument2, argument3), options));

    /// <summary>Runs a function in a new process.</summary>
    /// <typeparam name="T1">Type of the first argument.</typeparam>
    /// <typeparam name="T2">Type of the second argument.</typeparam>
    /// <typeparam name="T3">Type of the third argument.</typeparam>
    /// <typeparam name="T4">Type of the fourth argument.</typeparam>
    /// <param name="function">The function: static, instance, generic or a lambda; what it captures travels as a copy.</param>
    /// <param name="argument1">Its first argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="argument2">Its second argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="argument3">Its third argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="argument4">Its fourth argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="options">How the child is started; null for the defaults.</param>
    /// <returns>The started child.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">This process may not start children, or the function's code cannot be found again in another process.</exception>
    /// <exception cref="CannotTravelException">The function, an argument or a captured value cannot travel; the message names it.</exception>
    /// <exception cref="ChildStartException">The system refused to start the process; the message names the limit.</exception>
    public static ChildProcess Start<T1, T2, T3, T4>(Action<T1, T2, T3, T4> function, T1 argument1, T2 argument2, T3 argument3, T4 argument4, ChildProcessOptions? options = null) =>
        Started(new ChildProcess(ChildWork.Of(function, argument1, argument2, argument3, argument4), options));

    /// <summary>Runs a function and brings its value back in a new process.</summary>
    /// <typeparam name="T1">Type of the first argument.</typeparam>
    /// <typeparam name="T2">Type of the second argument.</typeparam>
    /// <typeparam name="T3">Type of the third argument.</typeparam>
    /// <typeparam name="T4">Type of the fourth argument.</typeparam>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="function">The function: static, instance, generic or a lambda; what it captures travels as a copy.</param>
    /// <param name="argument1">Its first argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="argument2">Its second argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="argument3">Its third argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="argument4">Its fourth argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="options">How the child is started; null for the defaults.</param>
    /// <returns>The started child.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">This process may not start children, or the function's code cannot be found again in another process.</exception>
    /// <exception cref="CannotTravelException">The function, an argument or a captured value cannot travel; the message names it.</exception>
    /// <exception cref="ChildStartException">The system refused to start the process; the message names the limit.</exception>
    public static ChildProcess<TResult> Start<T1, T2, T3, T4, TResult>(Func<T1, T2, T3, T4, TResult> function, T1 argument1, T2 argument2, T3 argument3, T4 argument4, ChildProcessOptions? options = null) =>
        Started(new ChildProcess<TResult>(ChildWork.Of(function, argument1, argument2, argument3, argument4), options));

    /// <summary>Runs an async function in a new process.</summary>
    /// <typeparam name="T1">Type of the first argument.</typeparam>
    /// <typeparam name="T2">Type of the second argument.</typeparam>
    /// <typeparam name="T3">Type of the third argument.</typeparam>
    /// <typeparam name="T4">Type of the fourth argument.</typeparam>
    /// <param name="function">The function: static, instance, generic or a lambda; what it captures travels as a copy.</param>
    /// <param name="argument1">Its first argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="argument2">Its second argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="argument3">Its third argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="argument4">Its fourth argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="options">How the child is started; null for the defaults.</param>
    /// <returns>The started child.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">This process may not start children, or the function's code cannot be found again in another process.</exception>
    /// <exception cref="CannotTravelException">The function, an argument or a captured value cannot travel; the message names it.</exception>
    /// <exception cref="ChildStartException">The system refused to start the process; the message names the limit.</exception>
    public static ChildProcess Start<T1, T2, T3, T4>(Func<T1, T2, T3, T4, Task> function, T1 argument1, T2 argument2, T3 argument3, T4 argument4, ChildProcessOptions? options = null) =>
        Started(new ChildProcess(ChildWork.Of(function, argument1, argument2, argument3, argument4), options));

    /// <summary>Runs an async function and brings its value back in a new process.</summary>
    /// <typeparam name="T1">Type of the first argument.</typeparam>
    /// <typeparam name="T2">Type of the second argument.</typeparam>
    /// <typeparam name="T3">Type of the third argument.</typeparam>
    /// <typeparam name="T4">Type of the fourth argument.</typeparam>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="function">The function: static, instance, generic or a lambda; what it captures travels as a copy.</param>
    /// <param name="argument1">Its first argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="argument2">Its second argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="argument3">Its third argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="argument4">Its fourth argument, which travels as a copy. A CancellationToken stays linked: cancelling it here cancels it there.</param>
    /// <param name="options">How the child is started; null for the defaults.</param>
    /// <returns>The started child.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">This process may not start children, or the function's code cannot be found again in another process.</exception>
    /// <exception cref="CannotTravelException">The function, an argument or a captured value cannot travel; the message names it.</exception>
    /// <exception cref="ChildStartException">The system refused to start the process; the message names the limit.</exception>
    public static ChildProcess<TResult> Start<T1, T2, T3, T4, TResult>(Func<T1, T2, T3, T4, Task<TResult>> function, T1 argument1, T2 argument2, T3 argument3, T4 argument4, ChildProcessOptions? options = null) =>
        Started(new ChildProcess<TResult>(ChildWork.Of(function, argument1, argument2, argument3, argument4), options));

    /// <summary>Runs a function that can be cancelled in a new process: <see cref="Cancel"/> cancels its token.</summary>
    /// <param name="function">The function; its token is <see cref="CurrentProcess.Cancellation"/> of the child.</param>
    /// <param name="options">How the child is started; null for the defaults.</param>
    /// <returns>The started child.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">This process may not start children, or the function's code cannot be found again in another process.</exception>
    /// <exception cref="CannotTravelException">The function, an argument or a captured value cannot travel; the message names it.</exception>
    /// <exception cref="ChildStartException">The system refused to start the process; the message names the limit.</exception>
    public static ChildProcess Start(Action<CancellationToken> function, ChildProcessOptions? options = null) =>
        Started(new ChildProcess(ChildWork.Of(function, CancellationToken.None), options));

    /// <summary>Runs a function that can be cancelled in a new process: <see cref="Cancel"/> cancels its token.</summary>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="function">The function; its token is <see cref="CurrentProcess.Cancellation"/> of the child.</param>
    /// <param name="options">How the child is started; null for the defaults.</param>
    /// <returns>The started child.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">This process may not start children, or the function's code cannot be found again in another process.</exception>
    /// <exception cref="CannotTravelException">The function, an argument or a captured value cannot travel; the message names it.</exception>
    /// <exception cref="ChildStartException">The system refused to start the process; the message names the limit.</exception>
    public static ChildProcess<TResult> Start<TResult>(Func<CancellationToken, TResult> function, ChildProcessOptions? options = null) =>
        Started(new ChildProcess<TResult>(ChildWork.Of(function, CancellationToken.None), options));

    /// <summary>Runs an async function that can be cancelled in a new process: <see cref="Cancel"/> cancels its token.</summary>
    /// <param name="function">The function; its token is <see cref="CurrentProcess.Cancellation"/> of the child.</param>
    /// <param name="options">How the child is started; null for the defaults.</param>
    /// <returns>The started child.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">This process may not start children, or the function's code cannot be found again in another process.</exception>
    /// <exception cref="CannotTravelException">The function, an argument or a captured value cannot travel; the message names it.</exception>
    /// <exception cref="ChildStartException">The system refused to start the process; the message names the limit.</exception>
    public static ChildProcess Start(Func<CancellationToken, Task> function, ChildProcessOptions? options = null) =>
        Started(new ChildProcess(ChildWork.Of(function, CancellationToken.None), options));

    /// <summary>Runs an async function that can be cancelled in a new process: <see cref="Cancel"/> cancels its token.</summary>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="function">The function; its token is <see cref="CurrentProcess.Cancellation"/> of the child.</param>
    /// <param name="options">How the child is started; null for the defaults.</param>
    /// <returns>The started child.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">This process may not start children, or the function's code cannot be found again in another process.</exception>
    /// <exception cref="CannotTravelException">The function, an argument or a captured value cannot travel; the message names it.</exception>
    /// <exception cref="ChildStartException">The system refused to start the process; the message names the limit.</exception>
    public static ChildProcess<TResult> Start<TResult>(Func<CancellationToken, Task<TResult>> function, ChildProcessOptions? options = null) =>
        Started(new ChildProcess<TResult>(ChildWork.Of(function, CancellationToken.None), options));

    private static TChild Started<TChild>(TChild child)
        where TChild : ChildProcess
    {
        child.Start();
        return child;
    }
}

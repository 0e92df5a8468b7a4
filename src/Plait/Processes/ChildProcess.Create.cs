namespace Plait.Processes;

public partial class ChildProcess
{
    /// <summary>Describes a child that runs a function, without starting it: <see cref="IsDaemon"/> can still be set.</summary>
    /// <param name="function">The function.</param>
    /// <param name="options">How the child is started; null for the defaults.</param>
    /// <returns>The child; call <see cref="Start()"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static ChildProcess Create(Action function, ChildProcessOptions? options = null) => new(ChildWork.Of(function), options);

    /// <summary>Describes a child that runs a function and brings its value back, without starting it.</summary>
    /// <typeparam name="TResult">What the function returns.</typeparam>
    /// <param name="function">The function.</param>
    /// <param name="options">How the child is started; null for the defaults.</param>
    /// <returns>The child; call <see cref="Start()"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static ChildProcess<TResult> Create<TResult>(Func<TResult> function, ChildProcessOptions? options = null) => new(ChildWork.Of(function), options);

    /// <summary>Describes a child that runs an async function, without starting it.</summary>
    /// <param name="function">The function.</param>
    /// <param name="options">How the child is started; null for the defaults.</param>
    /// <returns>The child; call <see cref="Start()"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static ChildProcess Create(Func<Task> function, ChildProcessOptions? options = null) => new(ChildWork.Of(function), options);

    /// <summary>
    /// Starts a foreign program with the same care as a function: its own process group, swept with it, and ended when
    /// this process ends in whatever way (by the keeper, where there is /bin/sh). It has no result, no channel and no token.
    /// </summary>
    /// <param name="program">A path with a slash, or a name looked up in PATH.</param>
    /// <param name="arguments">Its arguments, without the program's own name; passed as they are, no shell reads them.</param>
    /// <param name="options">How it is started; null for the defaults. The memory limit is the watchdog's alone.</param>
    /// <returns>The started program.</returns>
    /// <exception cref="ArgumentException"><paramref name="program"/> is empty, or an option is out of its range.</exception>
    /// <exception cref="ChildStartException">It does not exist, may not be run, or the system refused.</exception>
    public static ChildProcess StartProgram(string program, IEnumerable<string>? arguments = null, ChildProcessOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(program);
        ChildProcessOptions named = options?.Copy() ?? new ChildProcessOptions();
        named.Name ??= Path.GetFileName(program);
        return Started(new ChildProcess(new ChildWork(null, [], program, [.. arguments ?? []]), named));
    }
}

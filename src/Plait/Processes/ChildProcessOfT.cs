using System.Runtime.CompilerServices;
using Plait.Codecs;

namespace Plait.Processes;

/// <summary>A child whose function returns a value. See <see cref="ChildProcess"/>.</summary>
/// <typeparam name="TResult">What the function returns; it must be able to travel.</typeparam>
public class ChildProcess<TResult> : ChildProcess
{
    /// <summary>For a derived class that overrides <see cref="Run"/>.</summary>
    /// <param name="options">How the child is started; null for the defaults. Copied.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    protected ChildProcess(ChildProcessOptions? options = null)
        : base(options)
    {
    }

    internal ChildProcess(ChildWork? work, ChildProcessOptions? options)
        : base(work, options)
    {
    }

    /// <summary>What the function returned. Blocks until the child has ended. What the function threw is thrown here, as its own type where that can be rebuilt.</summary>
    /// <exception cref="InvalidOperationException">The child has not been started.</exception>
    /// <exception cref="ChildFailedException">The child ended without a result; <see cref="ChildFailedException.Outcome"/> says how.</exception>
    /// <exception cref="RemoteException">The function threw an exception that cannot be rebuilt here.</exception>
    public TResult Result
    {
        get
        {
            Join();
            return (TResult)Started().TakeResult(typeof(TResult))!;
        }
    }

    /// <summary>As <see cref="Result"/>, without blocking a thread.</summary>
    /// <param name="cancellationToken">Ends the wait; the child goes on.</param>
    /// <returns>What the function returned.</returns>
    /// <exception cref="InvalidOperationException">The child has not been started.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<TResult> GetResultAsync(CancellationToken cancellationToken = default)
    {
        await Exited.WaitAsync(cancellationToken).ConfigureAwait(false);
        return (TResult)Started().TakeResult(typeof(TResult))!;
    }

    /// <summary>Completes with what the function returned, or fails as it did.</summary>
    /// <returns>What <c>await child</c> needs.</returns>
    /// <exception cref="InvalidOperationException">The child has not been started.</exception>
    public new TaskAwaiter<TResult> GetAwaiter() => GetResultAsync().GetAwaiter();

    /// <summary>What the child does, in a derived class. Runs in the child, on its main thread.</summary>
    /// <returns>The child's result.</returns>
    protected new virtual TResult Run() =>
        throw new InvalidOperationException($"{GetType()} does not override Run, so child '{Name}' has nothing to do.");

    internal sealed override object? RunBoxed() => Run();

    internal sealed override Type? ResultType => typeof(TResult);
}

using System.Runtime.CompilerServices;
using Plait.Synchronization.Engine;

namespace Plait.Threads;

/// <summary>A thread whose function returns a value. See <see cref="WorkerThread"/>.</summary>
/// <typeparam name="TResult">What the function returns.</typeparam>
public class WorkerThread<TResult> : WorkerThread
{
    /// <summary>For a derived class that overrides <see cref="Run"/>.</summary>
    /// <param name="options">How the thread is started; null for the defaults. Copied.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    protected WorkerThread(WorkerThreadOptions? options = null)
        : base(options)
    {
    }

    internal WorkerThread(ThreadWork? work, WorkerThreadOptions? options)
        : base(work, options)
    {
    }

    /// <summary>What the function returned. Blocks until the thread has ended. What the function threw is thrown here.</summary>
    /// <exception cref="InvalidOperationException">The thread has not been started, or is the calling thread.</exception>
    public TResult Result
    {
        get
        {
            Join();
            return (TResult)TakeResult()!;
        }
    }

    internal sealed override bool HasResult => true;

    /// <summary>As <see cref="Result"/>, without blocking a thread.</summary>
    /// <param name="cancellationToken">Ends the wait; the thread goes on.</param>
    /// <returns>What the function returned.</returns>
    /// <exception cref="InvalidOperationException">The thread has not been started, or is the calling thread.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled, or the function was, after <see cref="WorkerThread.RequestStop"/>.</exception>
    public async Task<TResult> GetResultAsync(CancellationToken cancellationToken = default) =>
        (TResult)(await TakeResultAsync(cancellationToken).ConfigureAwait(false))!;

    /// <summary>Completes with what the function returned, or fails as it did. A wait of the calling flow, as <see cref="WorkerThread.JoinAsync"/> without a timeout is.</summary>
    /// <returns>What <c>await thread</c> needs.</returns>
    /// <exception cref="InvalidOperationException">The thread has not been started, or is the calling thread.</exception>
    public new TaskAwaiter<TResult> GetAwaiter() => AwaitedAsync().GetAwaiter();

    /// <summary>What the thread does, in a derived class.</summary>
    /// <returns>The thread's result.</returns>
    protected new virtual TResult Run() =>
        throw new InvalidOperationException($"{GetType()} does not override Run, so thread '{Name}' has nothing to do.");

    internal sealed override object? RunBoxed() => Run();

    private async Task<TResult> AwaitedAsync() => (TResult)(await CompleteAsync().ConfigureAwait(Agents.HasTurn))!;
}

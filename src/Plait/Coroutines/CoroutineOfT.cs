namespace Plait.Coroutines;

/// <summary>A coroutine with a result.</summary>
/// <typeparam name="TResult">What its function returns, after awaiting.</typeparam>
public sealed class Coroutine<TResult> : Coroutine
{
    internal Coroutine(EventLoop loop, Func<Task<TResult>> function, int id, CoroutineOptions? options)
        : base(loop, function, id, options)
    {
    }

    /// <summary>Its end as a task with its result, for code that is not on its loop.</summary>
    public new Task<TResult> Task
    {
        get
        {
            Observe();
            return WithResult();
        }
    }

    /// <summary>Blocks until it has ended.</summary>
    /// <param name="timeout">How long at most. Default: null, without limit.</param>
    /// <returns>What its function returned; what that threw is thrown.</returns>
    /// <exception cref="TimeoutException">It has not ended in time. It goes on.</exception>
    /// <exception cref="InvalidOperationException">The caller is on the loop's thread: await it instead.</exception>
    public TResult Result(TimeSpan? timeout = null) =>
        Join(timeout) ? TakeResult() : throw new TimeoutException($"Coroutine '{Name}' has not ended within {timeout}. It goes on; Kill ends it.");

    /// <summary>Awaits its result.</summary>
    /// <returns>For the compiler.</returns>
    public new CoroutineAwaiter<TResult> GetAwaiter() => new(this);

    internal TResult TakeResult()
    {
        ThrowIfFailed();
        return ((Task<TResult>)Ended).Result;
    }

    private async Task<TResult> WithResult()
    {
        await GetTask().ConfigureAwait(false);
        return ((Task<TResult>)Ended).Result;
    }
}

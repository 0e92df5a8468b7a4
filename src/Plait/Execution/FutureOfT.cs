namespace Plait.Execution;

/// <summary>A <see cref="Future"/> whose function returns a value.</summary>
/// <typeparam name="TResult">What the function returns.</typeparam>
public abstract class Future<TResult> : Future
{
    private TResult _value = default!;

    private protected Future()
    {
    }

    /// <summary>The same end as a task. Continuations never run on the executor's own threads.</summary>
    public new Task<TResult> Task => GetOrAttach(static () => new FutureCompletion<TResult>()).Source.Task;

    private protected sealed override Task UntypedTask => Task;

    /// <summary>What the function returned. Blocks until it has ended; throws what the function threw.</summary>
    /// <returns>The value.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="TimeoutException">It ran out of the time it was submitted with.</exception>
    public TResult Result() => Result(System.Threading.Timeout.InfiniteTimeSpan);

    /// <summary>What the function returned. Blocks until it has ended, at most for <paramref name="timeout"/>; throws what the function threw.</summary>
    /// <param name="timeout">How long to wait; the function goes on after it.</param>
    /// <param name="cancellationToken">Ends the wait; the function goes on.</param>
    /// <returns>The value.</returns>
    /// <exception cref="TimeoutException">It has not ended in time, or ran out of the time it was submitted with.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled, or the wait was.</exception>
    public TResult Result(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        WaitOrThrow(timeout, cancellationToken);
        ThrowIfFailed();
        return _value;
    }

    /// <summary>As <see cref="Future.AddDoneCallback(Action{Future})"/>, with this future as its own type.</summary>
    /// <param name="callback">Gets this future.</param>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is null.</exception>
    public void AddDoneCallback(Action<Future<TResult>> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        AddCallback(callback);
    }

    /// <summary>What <c>await future</c> needs: the value, or what the function threw.</summary>
    /// <returns>An awaiter.</returns>
    public new FutureAwaiter<TResult> GetAwaiter() => new(this);

    internal sealed override void Call(Delegate callback)
    {
        if (callback is Action<Future<TResult>> typed)
        {
            typed(this);
            return;
        }

        base.Call(callback);
    }

    internal TResult TakeDone()
    {
        ThrowIfFailed();
        return _value;
    }

    /// <summary>Ends it with a value; false when it has ended already.</summary>
    internal bool TrySucceed(TResult value)
    {
        if (!TryClaim())
        {
            return false;
        }

        _value = value;
        Publish(FutureState.Succeeded, null);
        return true;
    }

    /// <summary>Ends a task as this has ended.</summary>
    internal void Complete(TaskCompletionSource<TResult> source)
    {
        switch (End)
        {
            case FutureState.Succeeded:
                source.TrySetResult(_value);
                break;
            case FutureState.Cancelled when Error!.SourceException is OperationCanceledException { CancellationToken: { IsCancellationRequested: true } token }:
                source.TrySetCanceled(token);
                break;
            default:
                source.TrySetException(Error!.SourceException);

                // Seen: the future itself holds the error, and most such tasks are made only to wait for it.
                _ = source.Task.Exception;
                break;
        }
    }
}

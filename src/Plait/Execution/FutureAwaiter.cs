using System.Runtime.CompilerServices;

namespace Plait.Execution;

/// <summary>Awaits a <see cref="Future"/>. Used by the compiler.</summary>
public readonly struct FutureAwaiter : ICriticalNotifyCompletion
{
    private readonly Future _future;

    internal FutureAwaiter(Future future) => _future = future;

    /// <summary>Whether the future has ended; looks for some microseconds where it is likely to end within them.</summary>
    public bool IsCompleted => _future.IsDoneAtAGlance;

    /// <summary>Throws what the function threw.</summary>
    public void GetResult()
    {
        _future.EndAwait();
        _future.ThrowIfFailed();
    }

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => _future.Task.GetAwaiter().OnCompleted(continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => _future.ContinueWith(continuation);
}

/// <summary>Awaits a <see cref="Future{TResult}"/>. Used by the compiler.</summary>
/// <typeparam name="TResult">What the function returns.</typeparam>
public readonly struct FutureAwaiter<TResult> : ICriticalNotifyCompletion
{
    private readonly Future<TResult> _future;

    internal FutureAwaiter(Future<TResult> future) => _future = future;

    /// <summary>Whether the future has ended; looks for some microseconds where it is likely to end within them.</summary>
    public bool IsCompleted => _future.IsDoneAtAGlance;

    /// <summary>The value, or what the function threw.</summary>
    /// <returns>The value.</returns>
    public TResult GetResult()
    {
        _future.EndAwait();
        return _future.TakeDone();
    }

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => _future.Task.GetAwaiter().OnCompleted(continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => _future.ContinueWith(continuation);
}

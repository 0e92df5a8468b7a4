using System.Runtime.CompilerServices;
using Plait.Coroutines.Engine;

namespace Plait.Coroutines;

/// <summary>Awaits a <see cref="Coroutine"/>. Used by the compiler.</summary>
public readonly struct CoroutineAwaiter : ICriticalNotifyCompletion
{
    private readonly Coroutine _coroutine;

    internal CoroutineAwaiter(Coroutine coroutine) => _coroutine = coroutine;

    /// <summary>Whether it has ended.</summary>
    public bool IsCompleted => !_coroutine.IsAlive;

    /// <summary>Throws what it threw.</summary>
    /// <exception cref="CoroutineKilledException">The waiting coroutine was killed meanwhile, or the one it waits for was.</exception>
    /// <exception cref="ScopeTimeoutException">The time of a scope around the await was over first.</exception>
    public void GetResult()
    {
        EndWait.ThrowIfCutShort(_coroutine);
        _coroutine.ThrowIfFailed();
    }

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => EndWait.Begin(_coroutine, continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => EndWait.Begin(_coroutine, continuation);
}

/// <summary>Awaits a <see cref="Coroutine{TResult}"/>. Used by the compiler.</summary>
/// <typeparam name="TResult">What its function returns.</typeparam>
public readonly struct CoroutineAwaiter<TResult> : ICriticalNotifyCompletion
{
    private readonly Coroutine<TResult> _coroutine;

    internal CoroutineAwaiter(Coroutine<TResult> coroutine) => _coroutine = coroutine;

    /// <summary>Whether it has ended.</summary>
    public bool IsCompleted => !_coroutine.IsAlive;

    /// <summary>What it returned, or what it threw.</summary>
    /// <returns>The value.</returns>
    /// <exception cref="CoroutineKilledException">The waiting coroutine was killed meanwhile, or the one it waits for was.</exception>
    /// <exception cref="ScopeTimeoutException">The time of a scope around the await was over first.</exception>
    public TResult GetResult()
    {
        EndWait.ThrowIfCutShort(_coroutine);
        return _coroutine.TakeResult();
    }

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => EndWait.Begin(_coroutine, continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => EndWait.Begin(_coroutine, continuation);
}

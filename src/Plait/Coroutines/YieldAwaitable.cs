using System.Runtime.CompilerServices;

namespace Plait.Coroutines;

/// <summary>What <see cref="Coroutine.Yield"/> returns. Used by the compiler.</summary>
public readonly struct YieldAwaitable : ICriticalNotifyCompletion
{
    private readonly CoroutineContext _context;

    internal YieldAwaitable(CoroutineContext context) => _context = context;

    /// <summary>Always false: others have their turn first.</summary>
    public bool IsCompleted => false;

    /// <summary>Itself.</summary>
    /// <returns>Itself.</returns>
    public YieldAwaitable GetAwaiter() => this;

    /// <summary>Throws when the coroutine was killed, or the time of its scope is over.</summary>
    public void GetResult()
    {
        if (_context.Loop.Cancellations != 0)
        {
            _context.ThrowIfCancelled();
        }
    }

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => _context.Loop.Enqueue(continuation, null, _context);
}

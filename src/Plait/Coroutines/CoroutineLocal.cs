namespace Plait.Coroutines;

/// <summary>A value that each coroutine has for itself. Not inherited by those it starts; for that, <see cref="AsyncLocal{T}"/> works as everywhere.</summary>
/// <typeparam name="T">What it holds.</typeparam>
/// <param name="initial">Makes the value a coroutine finds before it has set one. Default: null, the type's default.</param>
public sealed class CoroutineLocal<T>(Func<T>? initial = null)
{
    /// <summary>The value of the coroutine that runs.</summary>
    /// <exception cref="InvalidOperationException">No coroutine runs on this thread.</exception>
    public T Value
    {
        get
        {
            Coroutine coroutine = Current;
            if (coroutine.Locals is { } locals && locals.TryGetValue(this, out object? value))
            {
                return (T)value!;
            }

            if (initial is null)
            {
                return default!;
            }

            T made = initial();
            Value = made;
            return made;
        }

        set => (Current.Locals ??= new Dictionary<object, object?>(ReferenceEqualityComparer.Instance))[this] = value;
    }

    /// <summary>Whether the coroutine that runs has a value of its own.</summary>
    /// <exception cref="InvalidOperationException">No coroutine runs on this thread.</exception>
    public bool IsSet => Current.Locals?.ContainsKey(this) ?? false;

    private static Coroutine Current => CoroutineContext.Require("A coroutine's own value").Root;
}

namespace Plait.Coroutines.Engine;

/// <summary>What a loop runs next: a continuation, and the context it belongs to.</summary>
internal struct Step(object callback, object? state, CoroutineContext? context)
{
    public object Callback = callback;
    public object? State = state;
    public CoroutineContext? Context = context;

    public readonly void Invoke()
    {
        // The kinds there are, the most frequent first. Delegates are sealed: each look is a comparison.
        if (Callback is Action<object?> source)
        {
            source(State);
        }
        else if (Callback is Action action)
        {
            action();
        }
        else
        {
            ((SendOrPostCallback)Callback)(State);
        }
    }
}

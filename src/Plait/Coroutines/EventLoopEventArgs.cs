namespace Plait.Coroutines;

/// <summary>An error that nobody awaited.</summary>
/// <param name="coroutine">Whose it is; null for a callback that was posted from outside.</param>
/// <param name="exception">The error.</param>
public sealed class CoroutineFailedEventArgs(Coroutine? coroutine, Exception exception) : EventArgs
{
    /// <summary>Whose it is; null for a callback that was posted from outside.</summary>
    public Coroutine? Coroutine { get; } = coroutine;

    /// <summary>The error.</summary>
    public Exception Exception { get; } = exception;
}

/// <summary>A step that keeps all others waiting.</summary>
public sealed class StepBlockedEventArgs : EventArgs
{
    internal StepBlockedEventArgs(string coroutine, TimeSpan duration, string stack, bool isOver, string? waitsFor = null)
    {
        Coroutine = coroutine;
        Duration = duration;
        Stack = stack;
        IsOver = isOver;
        WaitsFor = waitsFor;
    }

    /// <summary>The name of the coroutine whose step it is.</summary>
    public string Coroutine { get; }

    /// <summary>How long it has taken up to now; all of it when <see cref="IsOver"/>.</summary>
    public TimeSpan Duration { get; }

    /// <summary>The async methods that the step belongs to, the innermost first: where it went on after its last await, and who awaits that.</summary>
    public string Stack { get; }

    /// <summary>The lock, queue or other primitive of a scope for which the step blocks the thread, and where: <c>lock 'till' at Shop.cs:12</c>. Null when it does not, or no longer.</summary>
    public string? WaitsFor { get; }

    /// <summary>Whether it has ended meanwhile. False: it still runs.</summary>
    public bool IsOver { get; }
}

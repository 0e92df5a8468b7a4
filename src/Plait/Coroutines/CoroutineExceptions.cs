namespace Plait.Coroutines;

/// <summary>A coroutine was told to end by <see cref="Coroutine.Kill"/>. Thrown by its waits, again and again, until it has ended.</summary>
public sealed class CoroutineKilledException : OperationCanceledException
{
    internal CoroutineKilledException(string name)
        : base($"Coroutine '{name}' was killed.")
    {
    }
}

/// <summary>The time of a <see cref="TimeoutScope"/> is over. Thrown by all waits inside it from then on.</summary>
public sealed class ScopeTimeoutException : TimeoutException
{
    internal ScopeTimeoutException(TimeoutScope scope)
        : base($"The {scope.Limit.TotalSeconds:0.###} s of {(scope.Name is { } name ? $"scope '{name}'" : "a scope")} in coroutine '{scope.Root.Name}' are over.") => Scope = scope;

    /// <summary>Whose time is over. Of nested scopes, each catches its own: <c>catch (ScopeTimeoutException e) when (e.Scope == scope)</c>.</summary>
    public TimeoutScope Scope { get; }
}

/// <summary>The loop has ended, and takes nothing more.</summary>
public sealed class EventLoopClosedException : InvalidOperationException
{
    internal EventLoopClosedException(string name)
        : base($"Event loop '{name}' has ended, or is about to. Make another one.")
    {
    }
}

/// <summary>All coroutines of a loop wait for each other, and nothing outside can end any of these waits.</summary>
public sealed class CoroutineDeadlockException : InvalidOperationException
{
    internal CoroutineDeadlockException(string loop, IReadOnlyList<string> waits)
        : base($"Nothing can happen any more on event loop '{loop}': {string.Join("; ", waits)}.") => Waits = waits;

    /// <summary>Each coroutine, and what it waits for.</summary>
    public IReadOnlyList<string> Waits { get; }
}

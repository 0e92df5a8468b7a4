using Plait.Coroutines.Engine;

namespace Plait.Coroutines;

/// <summary>How a coroutine is made.</summary>
public sealed class CoroutineOptions
{
    /// <summary>What it is called in messages. Default: null, coroutine-ID.</summary>
    public string? Name { get; init; }

    /// <summary>Whether the loop ends without waiting for it: it is killed then. Default: false.</summary>
    public bool IsDaemon { get; init; }

    internal ICoroutineOwner? Owner { get; init; }
}

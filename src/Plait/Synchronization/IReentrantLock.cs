namespace Plait.Synchronization;

/// <summary>A lock that its holder may acquire again. Every hold is released on its own; with the last one the lock is free.</summary>
/// <remarks>The holder is an agent: a thread, or an async flow, which keeps its holds across awaits.</remarks>
public interface IReentrantLock : ILock
{
    /// <summary>How often the calling agent holds it; 0 when it does not.</summary>
    int RecursionCount { get; }
}

namespace Plait.Synchronization;

/// <summary>Whose a value of an <see cref="ILocal{T}"/> is.</summary>
public enum LocalKind
{
    /// <summary>Each thread has its own. What follows an await may run on another thread, and then sees that one's.</summary>
    Thread,

    /// <summary>Each async flow has its own, on whatever threads it runs. A flow (a task, a thread) begins with the value of the one that started it, and its changes stay its own.</summary>
    Flow,
}

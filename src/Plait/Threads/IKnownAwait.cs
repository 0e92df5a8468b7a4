using Plait.Synchronization.Engine;

namespace Plait.Threads;

/// <summary>An await of which it is known what has to happen before it ends: a task of an executor of this process.</summary>
internal interface IKnownAwait
{
    /// <summary>The task of the async function that awaits; null where it is not known who does.</summary>
    Task? Awaiter { get; }

    /// <summary>What is awaited, what it is called and where it runs.</summary>
    object Awaited { get; }

    string Name { get; }

    ITaskPlace Place { get; }

    /// <summary>Whether what is awaited has ended. What follows the await runs behind that, not before.</summary>
    bool IsOver { get; }

    /// <summary>Ends the await alone: gives what follows it, which finds the error. Null when it has ended meanwhile.</summary>
    Action? GiveUp(Exception why);
}

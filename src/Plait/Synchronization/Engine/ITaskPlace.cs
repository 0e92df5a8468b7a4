namespace Plait.Synchronization.Engine;

/// <summary>Where a task waits and runs, for the graph of waits: an executor on threads of this process.</summary>
internal interface ITaskPlace
{
    /// <summary>What the executor is called.</summary>
    string Name { get; }

    /// <summary>The thread that runs a task, as the system counts; 0 while none does.</summary>
    int RunnerOf(object task);

    /// <summary>The threads of the executor, as the system counts, if it has all it may have: a task that waits runs when any of them is free. Empty while it may start another, or may lose one to a time that is over.</summary>
    IReadOnlyList<int> AllThreads();
}

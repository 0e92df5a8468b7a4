namespace Plait.Processes;

/// <summary>What happens to what a task leaves behind in its worker, where the next task would meet it.</summary>
public enum LeftoverPolicy
{
    /// <summary>Nothing: the next task finds it.</summary>
    Keep,

    /// <summary>
    /// The console's writers and reader, the current directory, the default and the current culture are put back after every
    /// task. Threads that a task started go on. The default.
    /// </summary>
    Reset,

    /// <summary>As <see cref="Reset"/>, and a worker in which a task changed any of them, or left a thread of its own running, is replaced.</summary>
    Recycle,
}

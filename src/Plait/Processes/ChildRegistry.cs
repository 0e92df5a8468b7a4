namespace Plait.Processes;

/// <summary>The children of this process that have not ended. It keeps them alive for the garbage collector too.</summary>
internal static class ChildRegistry
{
    private static readonly Lock Gate = new();

    // Guarded by Gate; in order of start.
    private static readonly List<ChildProcess> Children = [];

    public static void Add(ChildProcess child)
    {
        ExitCoordinator.Install();
        lock (Gate)
        {
            Children.Add(child);
        }
    }

    public static void Remove(ChildProcess child)
    {
        lock (Gate)
        {
            Children.Remove(child);
        }
    }

    public static ChildProcess[] Snapshot()
    {
        lock (Gate)
        {
            return [.. Children];
        }
    }
}

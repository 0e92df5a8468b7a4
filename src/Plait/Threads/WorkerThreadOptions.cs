namespace Plait.Threads;

/// <summary>How a thread is started. Copied when the thread is created: later changes have no effect on it.</summary>
public sealed class WorkerThreadOptions
{
    private const int LeastStack = 128 << 10;

    /// <summary>The thread's name in messages, debuggers and thread listings (the kernel shows the first 15 bytes). Default, for an empty one too: "Thread-N", counting from 1.</summary>
    public string? Name { get; set; }

    /// <summary>
    /// Whether the thread is a daemon: the process ends without waiting for it. Default: null, as the thread that creates it when that is a
    /// <see cref="WorkerThread"/> of ours, else false.
    /// </summary>
    public bool? IsDaemon { get; set; }

    /// <summary>The size of its stack in bytes, at least 128 KiB; 0 (the default) for the system's own, usually 8 MiB (ulimit -s; 1.5 MiB on Alpine). Address space, not memory: pages appear when touched.</summary>
    public int StackSize { get; set; }

    /// <summary>Added to the nice value of the thread that starts it: 19 is the most modest, below 0 needs a privilege. Default: 0. (.NET's own ThreadPriority has no effect on Linux.)</summary>
    public int Nice { get; set; }

    /// <summary>Options with a name, and the defaults else: <c>WorkerThread.Start(Work, "clerk")</c>.</summary>
    /// <param name="name">The thread's name.</param>
    public static implicit operator WorkerThreadOptions(string name) => FromName(name);

    /// <summary>Options with a name, and the defaults else.</summary>
    /// <param name="name">The thread's name.</param>
    /// <returns>New options.</returns>
    public static WorkerThreadOptions FromName(string name) => new() { Name = name };

    internal WorkerThreadOptions Copy() => new() { Name = Name, IsDaemon = IsDaemon, StackSize = StackSize, Nice = Nice };

    internal void Validate()
    {
        if (StackSize is < 0 or (> 0 and < LeastStack))
        {
            throw new ArgumentOutOfRangeException(nameof(StackSize), StackSize, $"The runtime needs a stack of at least {LeastStack} bytes; 0 means the system's own size.");
        }

        if (Nice is < -20 or > 19)
        {
            throw new ArgumentOutOfRangeException(nameof(Nice), Nice, "A nice value lies between -20 and 19.");
        }
    }
}

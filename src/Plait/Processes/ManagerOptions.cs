namespace Plait.Processes;

/// <summary>How a <see cref="Manager"/> is started.</summary>
public sealed class ManagerOptions
{
    /// <summary>The manager's name, for messages and for its process. Default: that of <see cref="Process"/>, else "manager-" and a number.</summary>
    public string? Name { get; set; }

    /// <summary>How long a call may take, unless its proxy says otherwise (<see cref="Manager.WithTimeout"/>). Positive, or <see cref="Timeout.InfiniteTimeSpan"/>, which is the default.</summary>
    public TimeSpan CallTimeout { get; set; } = Timeout.InfiniteTimeSpan;

    /// <summary>How calls to one object meet, unless it was created otherwise. Default: one after another.</summary>
    public ManagedConcurrency Concurrency { get; set; } = ManagedConcurrency.Serial;

    /// <summary>
    /// The server's process: folder, environment, limits, output. It is always a daemon: it ends with the process that started it. It takes no codecs.
    /// <see cref="ChildProcessOptions.Grace"/> is also what objects have to be disposed in when the manager ends.
    /// </summary>
    public ChildProcessOptions Process { get; } = new();

    internal void Validate()
    {
        if (CallTimeout <= TimeSpan.Zero && CallTimeout != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(CallTimeout), CallTimeout, "The time for a call must be positive, or Timeout.InfiniteTimeSpan.");
        }

        if (Concurrency is not (ManagedConcurrency.Serial or ManagedConcurrency.Concurrent))
        {
            throw new ArgumentOutOfRangeException(nameof(Concurrency), Concurrency, "There are Serial and Concurrent.");
        }

        if (Process.Codecs.Count > 0)
        {
            throw new ArgumentException(
                $"A manager takes no codecs ({Process.Codecs[0].GetType()} was given): any process of the program may call it, and not all would have them. Let the contract take what the codec would write.",
                nameof(Process));
        }
    }
}

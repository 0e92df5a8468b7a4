using Plait.Codecs;

namespace Plait.Processes;

/// <summary>How a child is started. Copied when the child is created: later changes have no effect on it.</summary>
public sealed class ChildProcessOptions
{
    /// <summary>The child's name in messages, forwarded lines and process listings. Default: "child-N", counting from 1.</summary>
    public string? Name { get; set; }

    /// <summary>A daemon is ended when the parent's main code ends, before the other children are joined. Default: false.</summary>
    public bool IsDaemon { get; set; }

    /// <summary>Changes to the environment that the child inherits; a null value removes the variable.</summary>
    public IDictionary<string, string?> Environment { get; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>The child's current directory. Default: the parent's.</summary>
    public string? WorkingDirectory { get; set; }

    /// <summary>Added to the parent's scheduling priority: 19 is the most modest, below 0 needs a privilege. Default: 0.</summary>
    public int Nice { get; set; }

    /// <summary>The processors the child may use, by number. Default: null, those of the parent.</summary>
    public IReadOnlyList<int>? Affinity { get; set; }

    /// <summary>
    /// The most memory the child may use, in bytes; 0 for no limit (the default), else at least 32 MiB. The managed heap is
    /// limited to it by the runtime (an allocation beyond throws OutOfMemoryException in the child), and a watchdog in the
    /// parent looks at the resident set ten times a second and kills the child 64 MiB above it.
    /// </summary>
    public long MemoryLimit { get; set; }

    /// <summary>Default: <see cref="ChildInput.Null"/>.</summary>
    public ChildInput StandardInput { get; set; } = ChildInput.Null;

    /// <summary>Default: <see cref="ChildOutput.Inherit"/>.</summary>
    public ChildOutput StandardOutput { get; set; } = ChildOutput.Inherit;

    /// <summary>Default: <see cref="ChildOutput.Relay"/>.</summary>
    public ChildOutput StandardError { get; set; } = ChildOutput.Relay;

    /// <summary>How long the child may take from start to the first line of our code in it, before it is killed as <see cref="ChildOutcomeKind.BootstrapFailed"/>. Default: 30 seconds.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a child may take to end after SIGTERM before it gets SIGKILL, where it is ended for you (Dispose, daemons at exit). Default: 2 seconds.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Codecs asked, in order, before our own JSON for values that do not travel as plain bytes. Each needs a public parameterless constructor: the child makes its own.</summary>
    public IList<ICodec> Codecs { get; } = [];

    internal ChildProcessOptions Copy()
    {
        var copy = new ChildProcessOptions
        {
            Name = Name,
            IsDaemon = IsDaemon,
            WorkingDirectory = WorkingDirectory,
            Nice = Nice,
            Affinity = Affinity is null ? null : [.. Affinity],
            MemoryLimit = MemoryLimit,
            StandardInput = StandardInput,
            StandardOutput = StandardOutput,
            StandardError = StandardError,
            StartTimeout = StartTimeout,
            Grace = Grace,
        };
        foreach ((string name, string? value) in Environment)
        {
            copy.Environment[name] = value;
        }

        foreach (ICodec codec in Codecs)
        {
            copy.Codecs.Add(codec);
        }

        return copy;
    }

    internal void Validate()
    {
        const long Least = 32L << 20;
        if (Nice is < -20 or > 19)
        {
            throw new ArgumentOutOfRangeException(nameof(Nice), Nice, "A nice value lies between -20 and 19.");
        }

        if (MemoryLimit != 0 && MemoryLimit < Least)
        {
            throw new ArgumentOutOfRangeException(nameof(MemoryLimit), MemoryLimit, $"The runtime needs at least {Least} bytes; 0 means no limit.");
        }

        if (Affinity is not null && (Affinity.Count == 0 || Affinity.Any(static processor => processor is < 0 or > 8191)))
        {
            throw new ArgumentException($"The affinity [{string.Join(", ", Affinity)}] names no processor, or one outside 0 to 8191.", nameof(Affinity));
        }

        if (StartTimeout <= TimeSpan.Zero && StartTimeout != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(StartTimeout), StartTimeout, "The time to start must be positive, or Timeout.InfiniteTimeSpan.");
        }

        if (Grace < TimeSpan.Zero && Grace != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(Grace), Grace, "The grace must not be negative.");
        }

        if (WorkingDirectory is not null && !Directory.Exists(WorkingDirectory))
        {
            throw new DirectoryNotFoundException($"The working directory '{WorkingDirectory}' for the child does not exist.");
        }

        foreach (string name in Environment.Keys)
        {
            if (name.Length == 0 || name.Contains('=') || name.Contains('\0'))
            {
                throw new ArgumentException($"'{name}' is no name of an environment variable.", nameof(Environment));
            }
        }
    }
}

namespace Plait.Processes;

/// <summary>Where a child's standard input comes from.</summary>
public sealed class ChildInput
{
    private ChildInput(string name, ChildProcess? producer = null)
    {
        Name = name;
        Producer = producer;
    }

    /// <summary>/dev/null: a read finds the end at once. The default, so that no child steals what is typed for the parent.</summary>
    public static ChildInput Null { get; } = new("null");

    /// <summary>The parent's own standard input.</summary>
    public static ChildInput Inherit { get; } = new("inherit");

    /// <summary>A pipe that the parent writes to: <see cref="ChildProcess.StandardInput"/>. Dispose that stream to signal the end.</summary>
    public static ChildInput Pipe { get; } = new("pipe");

    /// <summary>The standard output of another child, which must have been started with <see cref="ChildOutput.Pipe"/> and not be read by anybody else: a pipeline.</summary>
    /// <param name="producer">The child whose output is read. Its <see cref="ChildProcess.StandardOutput"/> cannot be used any more.</param>
    /// <returns>The input to put into <see cref="ChildProcessOptions.StandardInput"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="producer"/> is null.</exception>
    public static ChildInput From(ChildProcess producer)
    {
        ArgumentNullException.ThrowIfNull(producer);
        return new ChildInput($"the output of '{producer.Name}'", producer);
    }

    internal ChildProcess? Producer { get; }

    internal string Name { get; }

    /// <summary>Its name.</summary>
    public override string ToString() => Name;
}

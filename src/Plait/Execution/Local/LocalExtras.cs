namespace Plait.Execution.Local;

/// <summary>What most tasks have nothing of: options, arguments, and what can end them before their function does.</summary>
internal sealed class LocalExtras(TaskOptions options, object?[] arguments)
{
    public TaskOptions Options { get; } = options;

    /// <summary>Let go at the end.</summary>
    public object?[] Arguments { get; set; } = arguments;

    /// <summary>Set once, by whoever needs them first.</summary>
    public LocalStops? Stops;
}

namespace Plait.Execution;

/// <summary>A function with its arguments, ready to be submitted.</summary>
public sealed class WorkRequest
{
    /// <summary>Describes a call.</summary>
    /// <param name="function">The function.</param>
    /// <param name="arguments">Its arguments, as many as it takes. A <see cref="CancellationToken"/> that is <c>default</c> becomes the task's own token: cancelled when the task is, or runs out of time.</param>
    /// <param name="options">How it is to be run; null for the defaults.</param>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> or <paramref name="arguments"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public WorkRequest(Delegate function, object?[] arguments, TaskOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(arguments);
        options?.Validate();
        Function = function;
        Arguments = arguments;
        Options = options ?? TaskOptions.Default;
    }

    /// <summary>The function.</summary>
    public Delegate Function { get; }

    /// <summary>Its arguments.</summary>
    public IReadOnlyList<object?> Arguments { get; }

    /// <summary>How it is to be run.</summary>
    public TaskOptions Options { get; }

    internal object?[] ArgumentArray => (object?[])Arguments;
}

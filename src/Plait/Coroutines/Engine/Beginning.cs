namespace Plait.Coroutines.Engine;

/// <summary>The function of a coroutine that has not begun, and the values of <see cref="AsyncLocal{T}"/> that flow into it.</summary>
internal sealed class Beginning
{
    // What a thread has that has set nothing: there is nothing to flow then.
    private static readonly ExecutionContext? s_nothing = FindNothing();

    private Beginning(Func<Task> function, ExecutionContext flow) => (Function, Flow) = (function, flow);

    public Func<Task> Function { get; }

    public ExecutionContext Flow { get; }

    /// <summary>The function alone, where nothing flows.</summary>
    public static object Of(Func<Task> function)
    {
        ExecutionContext? flow = ExecutionContext.Capture();
        return flow is null || flow == s_nothing ? function : new Beginning(function, flow);
    }

    /// <summary>Leaves nothing on this thread that could flow into the next step.</summary>
    /// <returns>What there was; null for nothing.</returns>
    public static ExecutionContext? StartFromNothing()
    {
        ExecutionContext? flow = ExecutionContext.Capture();
        if (flow is null || flow == s_nothing)
        {
            return null;
        }

        ExecutionContext.Restore(s_nothing!);
        return flow;
    }

    private static ExecutionContext? FindNothing()
    {
        ExecutionContext? nothing = null;
        var clean = new Thread(() => nothing = ExecutionContext.Capture()) { Name = "plait-clean", IsBackground = true };
        clean.UnsafeStart();
        clean.Join();
        return nothing;
    }
}

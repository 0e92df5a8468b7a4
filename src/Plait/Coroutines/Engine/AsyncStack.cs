using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Plait.Coroutines.Engine;

/// <summary>The async methods behind a continuation. What the runtime does not show is left out.</summary>
internal static class AsyncStack
{
    private const int MostFrames = 30;
    private const int MostHops = 10_000;

    // What a task calls when it has ended: an action, a list of several, or an object around an action. The runtime's own names.
    private static readonly FieldInfo? s_continuation = typeof(Task).GetField("m_continuationObject", BindingFlags.Instance | BindingFlags.NonPublic);

    /// <summary>The innermost first, a line each; empty when nothing is known.</summary>
    /// <param name="work">The state or the callback of a step.</param>
    public static string Of(object? work)
    {
        var text = new StringBuilder();
        object? box = BoxOf(work);
        for (int i = 0; i < MostFrames && box is not null; i++)
        {
            if (MethodOf(box) is { } method)
            {
                text.Append(text.Length == 0 ? string.Empty : Environment.NewLine).Append("   at ").Append(method);
            }

            box = box is Task task ? BoxOf(s_continuation?.GetValue(task)) : null;
        }

        return text.ToString();
    }

    /// <summary>Whether a task is that of an async method that, by awaits of async methods alone, waits for what the continuation belongs to. False where that is not to be seen.</summary>
    /// <param name="work">The state or the callback of a step.</param>
    /// <param name="end">The task.</param>
    public static bool LeadsTo(object? work, Task end)
    {
        object? box = BoxOf(work);
        for (int i = 0; i < MostHops && box is Task method && IsMethod(method); i++)
        {
            if (method == end)
            {
                return true;
            }

            box = BoxOf(s_continuation?.GetValue(method));
        }

        return false;
    }

    // Not one that waits for any of several.
    private static bool IsMethod(Task box) => Array.Exists(box.GetType().GetGenericArguments(), typeof(IAsyncStateMachine).IsAssignableFrom);

    // A state machine lies in a box, which is the task of its method; a step holds the box, or an action of it.
    private static object? BoxOf(object? work) => work switch
    {
        Coroutine coroutine => coroutine.Function,
        CoroutineWait wait => BoxOf(wait.Work),
        Delegate { Target: { } target } => target,
        Task task => task,
        null => null,
        _ => ActionOf(work)?.Target,
    };

    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "For messages only: what was trimmed is left out.")]
    private static Action? ActionOf(object around) =>
        around.GetType().BaseType?.GetField("m_action", BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(around) as Action ??
        around.GetType().GetField("m_action", BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(around) as Action;

    private static string? MethodOf(object box)
    {
        if (box is Delegate function)
        {
            return $"{function.Method.DeclaringType?.FullName}.{function.Method.Name}";
        }

        foreach (Type argument in box.GetType().GetGenericArguments())
        {
            if (typeof(IAsyncStateMachine).IsAssignableFrom(argument))
            {
                // <Method>d__1, nested in its type.
                int end = argument.Name.LastIndexOf('>');
                string name = argument.Name.StartsWith('<') && end > 1 ? argument.Name[1..end] : argument.Name;
                return $"{argument.DeclaringType?.FullName}.{name}";
            }
        }

        return null;
    }
}

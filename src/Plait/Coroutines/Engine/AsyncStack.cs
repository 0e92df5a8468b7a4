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
        for (int i = 0; i < MostHops && box is Task method && StateMachineOf(method) is not null; i++)
        {
            if (method == end)
            {
                return true;
            }

            box = BoxOf(s_continuation?.GetValue(method));
        }

        return false;
    }

    // That of an async method; null for tasks of other kinds, such as those that wait for any of several.
    private static Type? StateMachineOf(object box) => Array.Find(box.GetType().GetGenericArguments(), typeof(IAsyncStateMachine).IsAssignableFrom);

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

    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "What was trimmed is not seen: a message is shorter then, and a deadlock is not proven.")]
    private static Action? ActionOf(object around) =>
        around.GetType().BaseType?.GetField("m_action", BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(around) as Action ??
        around.GetType().GetField("m_action", BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(around) as Action;

    private static string? MethodOf(object box)
    {
        if (box is Delegate function)
        {
            return $"{function.Method.DeclaringType?.FullName}.{function.Method.Name}";
        }

        if (StateMachineOf(box) is not { } machine)
        {
            return null;
        }

        // <Method>d__1, nested in its type.
        int end = machine.Name.LastIndexOf('>');
        string name = machine.Name.StartsWith('<') && end > 1 ? machine.Name[1..end] : machine.Name;
        return $"{machine.DeclaringType?.FullName}.{name}";
    }
}

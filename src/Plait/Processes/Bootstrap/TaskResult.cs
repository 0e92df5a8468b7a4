namespace Plait.Processes.Bootstrap;

/// <summary>What an async function gives once it is over.</summary>
internal static class TaskResult
{
    /// <summary>The declared type of the value behind a return type: T of Task&lt;T&gt;, null of void and Task.</summary>
    public static Type? Unwrap(Type returnType)
    {
        if (returnType == typeof(void) || returnType == typeof(Task) || returnType == typeof(ValueTask))
        {
            return null;
        }

        bool isTask = returnType.IsGenericType
            && (returnType.GetGenericTypeDefinition() == typeof(Task<>) || returnType.GetGenericTypeDefinition() == typeof(ValueTask<>));
        return isTask ? returnType.GetGenericArguments()[0] : returnType;
    }

    /// <summary>Blocks until the task, if it is one, is over, and returns its value.</summary>
    public static object? Wait(object? value)
    {
        switch (value)
        {
            case ValueTask plain:
                value = plain.AsTask();
                break;
            case not null when value.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ValueTask<>):
                value = type.GetMethod(nameof(ValueTask<int>.AsTask))!.Invoke(value, null);
                break;
            default:
                break;
        }

        if (value is not Task task)
        {
            return value;
        }

        task.GetAwaiter().GetResult();
        for (Type? type = task.GetType(); type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>))
            {
                return type.GetProperty(nameof(Task<int>.Result))!.GetValue(task);
            }
        }

        return null;
    }
}

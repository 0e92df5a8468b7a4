using System.Runtime.CompilerServices;
using Plait.Codecs;
using Plait.Threads;

namespace Plait.Execution.Local;

/// <summary>Calls of functions whose type is only known when they are called. They stay in this process: nothing is copied.</summary>
internal static class LocalFunction
{
    /// <summary>Whether the function is to get its task's own token.</summary>
    public static bool TakesToken(object?[] arguments)
    {
        foreach (object? argument in arguments)
        {
            if (argument is CancellationToken token && token == default)
            {
                return true;
            }
        }

        return false;
    }

    /// <exception cref="ArgumentException">The function gives something else after awaiting.</exception>
    public static void ThrowIfNot<TResult>(Delegate function, string parameter)
    {
        Type type = FunctionShape.Of(function.Method).ResultType;
        if (!typeof(TResult).IsAssignableFrom(type))
        {
            throw new ArgumentException($"{FunctionName.Of(function.Method)} gives a {type} after awaiting, not a {typeof(TResult)}. Return Task<T> from an async function.", parameter);
        }
    }

    /// <summary>Calls it, and where it is async keeps it on this thread until its task has ended. What it throws comes out in no wrapper.</summary>
    /// <param name="function">The function.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="token">What it gets for a token that is <c>default</c>.</param>
    /// <returns>Its result after awaiting, null when there is none.</returns>
    public static object? Call(Delegate function, object?[] arguments, CancellationToken token)
    {
        FunctionShape shape = FunctionShape.Of(function.Method);
        var bound = new BoundFunction(shape, function.Target);
        object?[] given = Given(arguments, token);
        return shape.IsAsync
            ? ThreadContext.Run(() => RunAsync(bound, given), ThreadExecutor.Checkpoint).GetAwaiter().GetResult()
            : bound.Invoke(given);
    }

    /// <summary>Calls it in a coroutine, which it stays in where it is async. What it throws comes out in no wrapper.</summary>
    /// <param name="function">The function.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="token">What it gets for a token that is <c>default</c>.</param>
    /// <returns>Its result after awaiting, null when there is none.</returns>
    public static async ValueTask<object?> CallAsync(Delegate function, object?[] arguments, CancellationToken token)
    {
        FunctionShape shape = FunctionShape.Of(function.Method);
        var bound = new BoundFunction(shape, function.Target);
        object? running = bound.Invoke(Given(arguments, token));
        if (shape.IsAsync && running is Task task)
        {
            // Here: what follows looks at a task that has ended, and goes to no other thread.
            await task;
        }

        return await bound.AwaitAsync(running);
    }

    private static Task<object?> RunAsync(BoundFunction function, object?[] given)
    {
        object? running = function.Invoke(given);
        ThreadContext.Follow(running as Task);
        return function.AwaitAsync(running).AsTask();
    }

    /// <exception cref="ArgumentException">The function gives no values of that type one by one.</exception>
    public static void ThrowIfNoSequence<T>(Delegate function, string parameter)
    {
        Type declared = FunctionShape.Of(function.Method).ResultType;
        if (!typeof(IAsyncEnumerable<T>).IsAssignableFrom(declared) && !typeof(IEnumerable<T>).IsAssignableFrom(declared))
        {
            throw new ArgumentException($"{FunctionName.Of(function.Method)} returns {declared}, which is no sequence of {typeof(T)}.", parameter);
        }
    }

    /// <exception cref="InvalidOperationException">The stream was enumerated before.</exception>
    public static void ThrowIfTaken(ref int isTaken)
    {
        if (Interlocked.Exchange(ref isTaken, 1) != 0)
        {
            throw new InvalidOperationException("A stream can be enumerated once. Call Stream again to run the function again.");
        }
    }

    /// <summary>The values of a function that gives them one by one, in either way.</summary>
    public static IAsyncEnumerable<T> Sequence<T>(Delegate function, object?[] arguments, CancellationToken token) =>
        Call(function, arguments, token) switch
        {
            IAsyncEnumerable<T> values => values,
            IEnumerable<T> values => EachOf(values, token),
            _ => throw new InvalidOperationException($"{FunctionName.Of(function.Method)} returned null instead of values."),
        };

    private static async IAsyncEnumerable<T> EachOf<T>(IEnumerable<T> values, [EnumeratorCancellation] CancellationToken token)
    {
        foreach (T value in values)
        {
            token.ThrowIfCancellationRequested();
            yield return value;
        }

        await Task.CompletedTask.ConfigureAwait(false);
    }

    private static object?[] Given(object?[] arguments, CancellationToken token)
    {
        if (!TakesToken(arguments))
        {
            return arguments;
        }

        object?[] given = [.. arguments];
        for (int i = 0; i < given.Length; i++)
        {
            if (given[i] is CancellationToken wanted && wanted == default)
            {
                given[i] = token;
            }
        }

        return given;
    }
}

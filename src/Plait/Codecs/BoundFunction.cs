using System.Reflection;

namespace Plait.Codecs;

/// <summary>A function that arrived, with the object it is called on. May be called many times.</summary>
internal sealed class BoundFunction
{
    private readonly FunctionShape _shape;
    private readonly object? _target;
    private readonly Type[] _parameters;

    public BoundFunction(FunctionShape shape, object? target)
    {
        _shape = shape;
        _target = target;
        _parameters = shape.ParametersFor(target is not null);
    }

    public MethodInfo Method => _shape.Method;

    public FunctionShape Shape => _shape;

    /// <summary>The arguments to read, in order: those of the delegate that was sent.</summary>
    public Type[] ParameterTypes => _parameters;

    public Type ReturnType => _shape.ReturnType;

    /// <summary>The declared type of what <see cref="InvokeAsync"/> gives; void when there is nothing.</summary>
    public Type ResultType => _shape.ResultType;

    /// <summary>The types of the arguments that a delegate's caller gives; both sides use it, so that they agree.</summary>
    public static Type[] Parameters(FunctionShape shape, object? target) => shape.ParametersFor(target is not null);

    /// <summary>The arguments that <see cref="FunctionReference.WriteCall"/> wrote after the function.</summary>
    public object?[] ReadArguments(ref PayloadReader reader, ValueCodec codec)
    {
        if (_parameters.Length == 0)
        {
            return [];
        }

        object?[] arguments = new object?[_parameters.Length];
        for (int i = 0; i < arguments.Length; i++)
        {
            arguments[i] = codec.Read(ref reader, _parameters[i]);
        }

        return arguments;
    }

    /// <summary>Calls it on this thread. What it throws comes out as thrown, with its stack, in no wrapper.</summary>
    public object? Invoke(object?[] args)
    {
        if (_shape.Method.IsStatic)
        {
            return _target is null ? _shape.Invoker.Invoke(null, args.AsSpan()) : _shape.Invoker.Invoke(null, (object?[])[_target, .. args]);
        }

        return _target is not null ? _shape.Invoker.Invoke(_target, args.AsSpan()) : _shape.Invoker.Invoke(args[0], args.AsSpan(1));
    }

    /// <summary>Calls it, awaits a task that it returns, and gives the result: null when there is none.</summary>
    public ValueTask<object?> InvokeAsync(object?[] args) => AwaitAsync(Invoke(args));

    /// <summary>The second half of that: awaits what <see cref="Invoke"/> gave.</summary>
    public ValueTask<object?> AwaitAsync(object? result) => _shape.IsAsync && result is not null ? Await(result) : new ValueTask<object?>(result);

    /// <summary>The function as a delegate.</summary>
    /// <exception cref="InvalidDataException">Its signature is not that of the delegate type.</exception>
    public Delegate ToDelegate(Type type)
    {
        try
        {
            Delegate? made = _target is null
                ? Delegate.CreateDelegate(type, _shape.Method, throwOnBindFailure: false)
                : Delegate.CreateDelegate(type, _target, _shape.Method, throwOnBindFailure: false);
            return made ?? throw new InvalidDataException($"{FunctionName.Of(_shape.Method)} is no {type}.");
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{FunctionName.Of(_shape.Method)} is no {type}: {e.Message}", e);
        }
    }

    private async ValueTask<object?> Await(object result)
    {
        Task task = result switch
        {
            Task already => already,
            ValueTask value => value.AsTask(),
            _ => (Task)result.GetType().GetMethod(nameof(ValueTask<int>.AsTask))!.Invoke(result, BindingFlags.DoNotWrapExceptions, null, null, null)!,
        };
        await task.ConfigureAwait(false);
        return ResultType == typeof(void) ? null : typeof(Task<>).MakeGenericType(ResultType).GetProperty(nameof(Task<int>.Result))!.GetValue(task);
    }
}

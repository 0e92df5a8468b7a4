using System.Reflection;
using System.Runtime.CompilerServices;

namespace Plait.Codecs;

/// <summary>
/// What is known about a method that runs in another process: how it is named in bytes, what goes in and what comes out.
/// Made once a method; both sides derive the parameter types from the same method, so nothing about them is sent.
/// </summary>
internal sealed class FunctionShape
{
    private static readonly LockedTable<MethodInfo, FunctionShape> s_shapes = new();

    private static FunctionShape? s_latest;

    private (string Reason, string Advice)? _refusal;
    private volatile bool _isJudged;
    private byte[]? _definition;
    private object? _singleton;
    private Type[]? _otherParameters;
    private MethodInvoker? _invoker;

    private FunctionShape(MethodInfo method)
    {
        Method = method;
        ParameterInfo[] parameters = method.GetParameters();
        ParameterTypes = new Type[parameters.Length];
        for (int i = 0; i < parameters.Length; i++)
        {
            ParameterTypes[i] = parameters[i].ParameterType;
        }

        ReturnType = method.ReturnType;
        ResultType = ResultOf(ReturnType);
        IsSingleton = !method.IsStatic && method.DeclaringType is { } type && type.Name.StartsWith("<>c", StringComparison.Ordinal) && !HasState(type);
    }

    public MethodInfo Method { get; }

    /// <summary>The method's own parameters, without the object it is called on.</summary>
    public Type[] ParameterTypes { get; }

    public Type ReturnType { get; }

    /// <summary>What a caller gets after awaiting: T for Task&lt;T&gt; and ValueTask&lt;T&gt;, void for Task, the return type otherwise.</summary>
    public Type ResultType { get; }

    /// <summary>True when the call returns a task to be awaited.</summary>
    public bool IsAsync => !ReferenceEquals(ReturnType, ResultType);

    /// <summary>True for lambdas without captured variables: instance methods of an object without state.</summary>
    public bool IsSingleton { get; }

    /// <summary>The method in bytes; the receiver finds its own shape by them. The caller has asked <see cref="ThrowIfRefused"/>.</summary>
    public byte[] Definition => _definition ??= Define();

    public MethodInvoker Invoker => _invoker ??= MethodInvoker.Create(Method);

    /// <summary>The object that a lambda without captured variables is called on.</summary>
    public object Singleton => _singleton ??= RuntimeHelpers.GetUninitializedObject(Method.DeclaringType!);

    public static FunctionShape Of(MethodInfo method)
    {
        // The one looked for last is looked for again, nearly always.
        if (Volatile.Read(ref s_latest) is { } latest && ReferenceEquals(latest.Method, method))
        {
            return latest;
        }

        FunctionShape shape = Find(method);
        if (!method.IsCollectible)
        {
            Volatile.Write(ref s_latest, shape);
        }

        return shape;
    }

    private static FunctionShape Find(MethodInfo method)
    {
        if (s_shapes.Find(method) is { } known)
        {
            return known;
        }

        // What may be unloaded, or was compiled at run time, must not be held by a static table.
        var shape = new FunctionShape(method);
        return method.DeclaringType is null || method.IsCollectible ? shape : s_shapes.FindOrAdd(method, shape);
    }

    /// <summary>The types of the arguments that a delegate's caller gives. Static with a target: closed over the first. Instance without: the object comes first.</summary>
    public Type[] ParametersFor(bool hasTarget)
    {
        if (Method.IsStatic != hasTarget)
        {
            return ParameterTypes;
        }

        return _otherParameters ??= hasTarget ? ParameterTypes[1..] : [Method.DeclaringType!, .. ParameterTypes];
    }

    /// <summary>Words for one of the method's own arguments, or at -1 for the object it is called on.</summary>
    public string ArgumentName(int place) => place < 0
        ? $"the object of {FunctionName.Of(Method)}"
        : $"argument '{Method.GetParameters()[place].Name}' of {FunctionName.Of(Method)}";

    public void ThrowIfRefused()
    {
        // Judged by the sender only: a worker has other things to do while it starts.
        if (!_isJudged)
        {
            _refusal = FindRefusal();
            _isJudged = true;
        }

        ThrowIf(_refusal);
    }

    /// <summary>Refuses a method whose code is not what another process would load. Asked whenever its definition is sent; a receiver that knows it already has the code.</summary>
    public void ThrowIfChanged()
    {
        if (HotReload.Changed(Method.Module) || !BuildOnDisk.IsCurrent(Method.Module))
        {
            ThrowIf(ModuleReference.WhyNot(Method.Module));
        }
    }

    private void ThrowIf((string Reason, string Advice)? refusal)
    {
        if (refusal is var (reason, advice))
        {
            throw Refusals.Function(FunctionName.Of(Method), reason, advice);
        }
    }

    public static Type ResultOf(Type type)
    {
        if (type == typeof(Task) || type == typeof(ValueTask))
        {
            return typeof(void);
        }

        if (type.IsConstructedGenericType && type.GetGenericTypeDefinition() is var definition && (definition == typeof(Task<>) || definition == typeof(ValueTask<>)))
        {
            return type.GenericTypeArguments[0];
        }

        return type;
    }

    private (string Reason, string Advice)? FindRefusal()
    {
        if (Method.DeclaringType is null || Method.Module.Assembly.IsDynamic)
        {
            return ("it was compiled at run time", "Use a method or a lambda of the program itself");
        }

        if (ModuleReference.WhyNot(Method.Module) is { } module)
        {
            return module;
        }

        foreach (ParameterInfo parameter in Method.GetParameters())
        {
            if (WhyNot(parameter.ParameterType) is { } why)
            {
                return ($"its parameter '{parameter.Name}' is {why}", "Take the value itself and return the result");
            }
        }

        if (WhyNot(ReturnType) is { } whyNot)
        {
            return ($"its result is {whyNot}", "Return the value itself");
        }

        return ReturnType == typeof(void) && Method.IsDefined(typeof(AsyncStateMachineAttribute), inherit: false)
            ? ("it is async void, so nobody could wait for it or see its error", "Let it return Task")
            : null;
    }

    private static string? WhyNot(Type type)
    {
        if (type.IsByRef)
        {
            return "passed by reference";
        }

        return type.IsPointer || type.IsFunctionPointer ? "a pointer" : type.IsByRefLike ? $"a ref struct ({type})" : null;
    }

    private byte[] Define()
    {
        using var writer = new PayloadWriter();
        writer.Enter(Method);
        writer.WriteInt32(Method.MetadataToken);
        TypeReference.Write(writer, Method.DeclaringType!);
        Type[] arguments = Method.IsGenericMethod ? Method.GetGenericArguments() : [];
        writer.WriteCount(arguments.Length);
        foreach (Type argument in arguments)
        {
            TypeReference.Write(writer, argument);
        }

        return writer.WrittenSpan.ToArray();
    }

    private static bool HasState(Type type) =>
        type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Length > 0;
}

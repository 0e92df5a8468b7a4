using System.Reflection;

namespace Plait.Codecs;

/// <summary>
/// A function in bytes: which method (module version id, token, generic arguments) and what it is called on. Static
/// methods, instance methods, local functions and lambdas; captured variables travel field by field.
/// </summary>
internal static class FunctionReference
{
    private const byte Inline = 0;
    private const byte Defining = 1;
    private const byte FirstNumber = 2;

    /// <summary>No object: a static method, or an instance method whose object is the first argument.</summary>
    private const byte NoTarget = 0;

    /// <summary>The stateless object of lambdas without captured variables; each process has its own.</summary>
    private const byte SingletonTarget = 1;

    /// <summary>An object or closure that travels.</summary>
    private const byte ObjectTarget = 2;

    /// <summary>Writes a function that the receiver is to call. With a table the payload belongs to that table's channel.</summary>
    /// <exception cref="CannotTravelException">The function, or something it captured, cannot go to another process.</exception>
    public static void Write(PayloadWriter writer, Delegate function, ValueCodec codec, FunctionTable? table = null)
    {
        writer.Begin("");
        Write(writer, function, ShapeOf(function), codec, table);
    }

    /// <summary>Writes a function and its arguments; <see cref="BoundFunction.ReadArguments"/> reads these.</summary>
    /// <exception cref="CannotTravelException">The function, something it captured or an argument cannot go to another process.</exception>
    public static void WriteCall(PayloadWriter writer, Delegate function, ReadOnlySpan<object?> arguments, ValueCodec codec, FunctionTable? table = null)
    {
        FunctionShape shape = ShapeOf(function);
        writer.Begin("");
        Write(writer, function, shape, codec, table);
        bool hasTarget = function.Target is not null;
        Type[] types = shape.ParametersFor(hasTarget);
        if (types.Length != arguments.Length)
        {
            throw new ArgumentException($"{FunctionName.Of(shape.Method)} takes {types.Length} arguments, {arguments.Length} were given.", nameof(arguments));
        }

        for (int i = 0; i < types.Length; i++)
        {
            // Closed over its first argument: what the caller gives starts at the second. Open: the object comes first.
            writer.Begin(shape, shape.Method.IsStatic == hasTarget ? (hasTarget ? i + 1 : i - 1) : i);
            codec.WriteSlot(writer, arguments[i], types[i]);
        }
    }

    /// <summary>Writes a function of Plait's own, without captured values: nothing about it has to be judged.</summary>
    internal static void WriteOwn(PayloadWriter writer, Delegate function)
    {
        FunctionShape shape = FunctionShape.Of(function.Method);
        writer.Begin("");
        writer.WriteVarint(Inline);
        writer.WriteBlock(shape.Definition);
        writer.WriteByte(shape.IsSingleton ? SingletonTarget : NoTarget);
    }

    /// <exception cref="InvalidDataException">The bytes are bad.</exception>
    /// <exception cref="InvalidOperationException">This process has another build of the function's assembly, or does not find it.</exception>
    public static BoundFunction Read(ref PayloadReader reader, ValueCodec codec, FunctionTable? table = null)
    {
        FunctionShape shape = ReadShape(ref reader, table);
        byte kind = reader.ReadByte();
        return kind switch
        {
            NoTarget => new BoundFunction(shape, null),
            SingletonTarget when shape.IsSingleton => new BoundFunction(shape, shape.Singleton),
            ObjectTarget => new BoundFunction(shape, codec.ReadSlot(ref reader, TargetType(shape.Method))),
            _ => throw new InvalidDataException($"The message holds {kind} where the target of {FunctionName.Of(shape.Method)} belongs."),
        };
    }

    /// <summary>The shape of a function that may travel; the parameters that its caller must send are those of the shape.</summary>
    /// <exception cref="CannotTravelException">It is several functions in one, or made at run time.</exception>
    public static FunctionShape ShapeOf(Delegate function)
    {
        ArgumentNullException.ThrowIfNull(function);
        if (!function.HasSingleTarget)
        {
            throw Refusals.Function(
                FunctionName.Of(function.Method),
                $"the delegate is a combination of {function.GetInvocationList().Length} functions",
                "Send them one by one, or call them from one function");
        }

        FunctionShape shape = FunctionShape.Of(function.Method);
        shape.ThrowIfRefused();
        return shape;
    }

    /// <summary>A function inside a value.</summary>
    internal static void WriteNested(PayloadWriter writer, Delegate function, ValueCodec codec) =>
        Write(writer, function, ShapeOf(function), codec, null);

    private static void Write(PayloadWriter writer, Delegate function, FunctionShape shape, ValueCodec codec, FunctionTable? table)
    {
        WriteShape(writer, shape, table);
        if (function.Target is not { } target)
        {
            writer.WriteByte(NoTarget);
            return;
        }

        if (shape.IsSingleton)
        {
            writer.WriteByte(SingletonTarget);
            return;
        }

        writer.WriteByte(ObjectTarget);
        writer.AddFunction(shape.Method);
        writer.Enter(function);
        codec.WriteSlot(writer, target, TargetType(shape.Method));
        writer.Leave();
    }

    private static void WriteShape(PayloadWriter writer, FunctionShape shape, FunctionTable? table)
    {
        if (table is not null)
        {
            if (table.TryGetNumber(shape, out int number))
            {
                writer.WriteVarint((ulong)(FirstNumber + number));
                return;
            }

            table.Add(shape);
        }

        shape.ThrowIfChanged();
        writer.WriteVarint(table is null ? Inline : Defining);
        writer.WriteBlock(shape.Definition);
    }

    private static FunctionShape ReadShape(ref PayloadReader reader, FunctionTable? table)
    {
        ulong code = reader.ReadVarint();
        if (code >= FirstNumber)
        {
            return table is null
                ? throw new InvalidDataException("The message names a function by number, but it was read without the channel's table.")
                : table[code - FirstNumber];
        }

        FunctionShape shape = FunctionCache.Find(reader.ReadBlock());
        if (code == Defining)
        {
            table?.Add(shape);
        }

        return shape;
    }

    // A static method with a target is closed over its first argument (an extension method used as a delegate).
    private static Type TargetType(MethodInfo method) => method.IsStatic ? method.GetParameters()[0].ParameterType : method.DeclaringType!;
}

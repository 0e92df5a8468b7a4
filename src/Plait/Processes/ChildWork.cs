using System.Reflection;
using Plait.Codecs;
using Plait.Telemetry;

namespace Plait.Processes;

/// <summary>What a child is to do: a function with arguments, or a foreign program.</summary>
internal sealed record ChildWork(Delegate? Function, object?[] Arguments, string? Program = null, IReadOnlyList<string>? ProgramArguments = null)
{
    public static ChildWork Of(Delegate function, params object?[] arguments)
    {
        ArgumentNullException.ThrowIfNull(function);
        return new ChildWork(function, arguments);
    }
}

/// <summary>What a Call message asks for. The numbers are the protocol's.</summary>
internal enum CallKind : byte
{
    /// <summary>A function, whose value is sent back.</summary>
    Function = 0,

    /// <summary>An object of a subclass of ChildProcess.</summary>
    Subclass = 1,

    /// <summary>A function whose value is a sequence, sent item by item.</summary>
    Stream = 2,

    /// <summary>The initializer or finalizer of a worker: no task.</summary>
    Setup = 3,
}

/// <summary>The body of a Call message, written by the parent and read by the child. The first byte is its kind, with the flags below.</summary>
internal static class CallBody
{
    /// <summary>The parent wants to know when the function began: the end of the call says so behind the time that it took.</summary>
    public const byte TimedFlag = 0x40;

    /// <summary>The context of a trace follows the first byte.</summary>
    public const byte TracedFlag = 0x80;

    private const byte Flags = TimedFlag | TracedFlag;

    /// <summary>Writes the call; everything that cannot travel is refused here, in the caller's stack.</summary>
    public static void Write(PayloadWriter writer, ChildProcess child, ValueCodec codec)
    {
        if (child.Work is { Function: { } function } work)
        {
            WriteFunction(writer, function, work.Arguments, codec, functions: null);
            return;
        }

        writer.WriteByte((byte)CallKind.Subclass);
        TypeReference.Write(writer, child.GetType());
        foreach (FieldInfo field in FieldsOf(child.GetType()))
        {
            codec.Write(writer, field.GetValue(child), field.FieldType, $"field '{field.Name}' of {child.GetType()}");
        }
    }

    /// <summary>Writes a call of a function; with a table, a function sent before is only a number.</summary>
    public static void WriteFunction(PayloadWriter writer, Delegate function, ReadOnlySpan<object?> arguments, ValueCodec codec, FunctionTable? functions, CallKind kind = CallKind.Function, TaskTrace? trace = null)
    {
        writer.WriteByte((byte)((byte)kind | (trace is { IsWatched: true } ? TimedFlag : 0) | (trace?.Parent is null ? 0 : TracedFlag)));
        if (trace?.Parent is { } parent)
        {
            TraceContext.Write(writer, parent);
        }

        FunctionReference.WriteCall(writer, function, arguments, codec, functions);
    }

    /// <summary>Writes a call of a function of Plait's own, with an argument.</summary>
    public static void WriteOwn<T>(PayloadWriter writer, Func<T, T> function, T argument, ValueCodec codec)
    {
        writer.WriteByte((byte)CallKind.Function);
        FunctionReference.WriteOwn(writer, function);
        codec.WriteSlot(writer, argument, typeof(T));
    }

    /// <summary>Reads a call and returns what runs it, the type its value is declared as (null: none), and what kind of call it is.</summary>
    public static ReceivedCall Read(ref PayloadReader reader, ValueCodec codec, FunctionTable functions)
    {
        byte first = reader.ReadByte();
        var kind = (CallKind)(first & ~Flags);
        TraceContext? trace = (first & TracedFlag) == 0 ? null : TraceContext.Read(ref reader);
        if (kind != CallKind.Subclass)
        {
            BoundFunction function = FunctionReference.Read(ref reader, codec, functions);
            object?[] arguments = function.ReadArguments(ref reader, codec);
            for (int i = 0; i < arguments.Length; i++)
            {
                // A token that its caller left open is the child's own: the parent cancels it by Cancel().
                arguments[i] = arguments[i] is CancellationToken { CanBeCanceled: false } ? codec.Cancellation : arguments[i];
            }

            return new ReceivedCall(function, arguments, null, function.ResultType == typeof(void) ? null : function.ResultType, kind) { Trace = trace };
        }

        Type type = TypeReference.Read(ref reader);
        var child = (ChildProcess)System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(type);
        foreach (FieldInfo field in FieldsOf(type))
        {
            field.SetValue(child, codec.Read(ref reader, field.FieldType));
        }

        return new ReceivedCall(null, [], child, child.ResultType, CallKind.Subclass);
    }

    // What the user's classes declare; what ChildProcess itself holds belongs to the parent.
    private static List<FieldInfo> FieldsOf(Type type)
    {
        var fields = new List<FieldInfo>();
        for (Type? level = type; level is not null && level.Assembly != typeof(ChildProcess).Assembly; level = level.BaseType)
        {
            fields.AddRange(level.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly));
        }

        return fields;
    }
}

/// <summary>A call as the child has it, ready to be run.</summary>
internal readonly record struct ReceivedCall(BoundFunction? Function, object?[] Arguments, ChildProcess? Child, Type? ResultType, CallKind Kind)
{
    /// <summary>The trace that the call belongs to; null for none.</summary>
    public TraceContext? Trace { get; init; }

    public ValueTask<object?> Run() => Function is not null ? Function.InvokeAsync(Arguments) : new ValueTask<object?>(Child!.RunBoxed());
}

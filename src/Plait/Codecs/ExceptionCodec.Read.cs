using System.Reflection;
using System.Runtime.ExceptionServices;

namespace Plait.Codecs;

internal static partial class ExceptionCodec
{
    /// <summary>Reads an exception. Throw it to add this process's stack to the one it brought.</summary>
    /// <param name="reader">Where it lies.</param>
    /// <param name="functionAssemblies">From (assembly, type) names to an exception type of the function's own assemblies; null to the rest. See <see cref="ExceptionTypes"/>.</param>
    /// <exception cref="InvalidDataException">The bytes are bad.</exception>
    public static Exception Read(ref PayloadReader reader, Func<string, string, Type?>? functionAssemblies = null)
    {
        int nodes = 0;
        return ReadNode(ref reader, functionAssemblies, 0, ref nodes);
    }

    /// <summary>As above, with the exception types of one assembly besides the framework's.</summary>
    public static Exception Read(ref PayloadReader reader, Assembly functionAssembly) => Read(ref reader, ExceptionTypes.In(functionAssembly));

    private static Exception ReadNode(ref PayloadReader reader, Func<string, string, Type?>? functionAssemblies, int depth, ref int nodes)
    {
        if (depth > Deepest || ++nodes > MostNodes)
        {
            throw new InvalidDataException("The message nests more exceptions than can be.");
        }

        var node = new Node
        {
            Assembly = reader.ReadString(),
            TypeName = reader.ReadString(),
            Message = reader.ReadString(),
            RawMessage = reader.ReadNullableString(),
            Stack = reader.ReadNullableString(),
            HResult = reader.ReadInt32(),
        };
        for (byte detail = reader.ReadByte(); detail != End; detail = reader.ReadByte())
        {
            node.Details[detail] = reader.ReadString();
        }

        int entries = reader.ReadCount(2);
        for (int i = 0; i < entries; i++)
        {
            node.Data.Add((reader.ReadString(), reader.ReadString()));
        }

        int fields = reader.ReadCount();
        for (int i = 0; i < fields; i++)
        {
            node.Fields.Add(reader.ReadBlock().ToArray());
        }

        byte follow = reader.ReadByte();
        int inner = follow switch
        {
            NoInner => 0,
            OneInner => 1,
            ManyInner => reader.ReadCount(),
            _ => throw new InvalidDataException($"The message holds {follow} where inner exceptions belong."),
        };
        for (int i = 0; i < inner; i++)
        {
            node.Inner.Add(ReadNode(ref reader, functionAssemblies, depth + 1, ref nodes));
        }

        return Rebuild(node, functionAssemblies);
    }

    private static Exception Rebuild(Node node, Func<string, string, Type?>? functionAssemblies)
    {
        Exception? inner = node.Inner.Count switch { 0 => null, 1 => node.Inner[0], _ => new AggregateException(node.Inner) };
        Exception exception = TryMake(node, inner, functionAssemblies)
            ?? new RemoteException(node.TypeName, node.Assembly, node.Message, node.Stack, inner);
        exception.HResult = node.HResult;
        try
        {
            foreach ((string key, string value) in node.Data)
            {
                exception.Data[key] = value;
            }

            if (node.Stack is not null)
            {
                ExceptionDispatchInfo.SetRemoteStackTrace(exception, node.Stack);
            }
        }
        catch (Exception)
        {
            // A class with its own Data, or one that was thrown while it was made: the exception itself matters more.
        }

        return exception;
    }

    private static Exception? TryMake(Node node, Exception? inner, Func<string, string, Type?>? functionAssemblies)
    {
        try
        {
            Type? type = ExceptionTypes.OfFramework(node.Assembly, node.TypeName) ?? functionAssemblies?.Invoke(node.Assembly, node.TypeName);
            if (type is null || !typeof(Exception).IsAssignableFrom(type) || type == typeof(RemoteException) || !CanRebuild(type))
            {
                return null;
            }

            Exception? exception = Make(type, node, inner);
            if (exception is null || exception.GetType() != type)
            {
                return null;
            }

            Restore(exception, node, inner);
            return exception.Message == node.Message ? exception : Insist(exception, node);
        }
        catch (Exception)
        {
            // A constructor, a property or a missing assembly failed: the stand-in says all that is known.
            return null;
        }
    }

    /// <summary>A message that was computed from state which is not here: as text it is still right.</summary>
    private static Exception? Insist(Exception exception, Node node)
    {
        MessageField(exception) = node.Message;
        if (exception.Message == node.Message)
        {
            return exception;
        }

        // The framework's own only add to the message (of inner exceptions that were too many, say): their type says more
        // than the last word. A user's class without its state would say something wrong.
        MessageField(exception) = node.RawMessage;
        return FrameworkTypes.Owns(exception.GetType()) ? exception : null;
    }

    private static Exception? Make(Type type, Node node, Exception? inner)
    {
        if (type == typeof(AggregateException))
        {
            return new AggregateException(node.RawMessage, node.Inner);
        }

        if (type == typeof(TypeInitializationException))
        {
            return new TypeInitializationException(node.Details.GetValueOrDefault(TypeName), inner);
        }

        string? file = node.Details.GetValueOrDefault(FileName);
        if (file is not null && type.GetConstructor([typeof(string), typeof(string), typeof(Exception)]) is { } withFile)
        {
            return Call(withFile, node.RawMessage, file, inner);
        }

        if (IsNative(type)
            && int.TryParse(node.Details.GetValueOrDefault(SocketCode) ?? node.Details.GetValueOrDefault(NativeCode), out int code)
            && type.GetConstructor([typeof(int)]) is { } withCode)
        {
            return Call(withCode, code);
        }

        if (type.GetConstructor([typeof(string), typeof(Exception)]) is { } withInner)
        {
            return Call(withInner, node.RawMessage, inner);
        }

        return type.GetConstructor([typeof(string)]) is { } plain ? Call(plain, node.RawMessage) : null;
    }

    private static Exception Call(ConstructorInfo constructor, params object?[] args) =>
        (Exception)constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, args, null);

    private static void Restore(Exception exception, Node node, Exception? inner)
    {
        MessageField(exception) = node.RawMessage;
        if (exception.InnerException is null && inner is not null)
        {
            InnerField(exception) = inner;
        }

        if (exception is ArgumentException argument)
        {
            ParamNameField(argument) = node.Details.GetValueOrDefault(ParamName);
        }

        if (exception is ArgumentOutOfRangeException range)
        {
            ActualValueField(range) = node.Details.GetValueOrDefault(ActualValue);
        }

        if (exception is ObjectDisposedException disposed)
        {
            ObjectNameField(disposed) = node.Details.GetValueOrDefault(ObjectName);
        }

        RestoreFields(exception, node);
    }

    private static void RestoreFields(Exception exception, Node node)
    {
        List<FieldInfo> fields = OwnFields(exception.GetType());
        for (int i = 0; i < Math.Min(fields.Count, node.Fields.Count); i++)
        {
            if (node.Fields[i].Length > 0)
            {
                var reader = new PayloadReader(node.Fields[i]);
                fields[i].SetValue(exception, s_fields.Read(ref reader, fields[i].FieldType));
            }
        }
    }

    private sealed class Node
    {
        public required string Assembly { get; init; }

        public required string TypeName { get; init; }

        public required string Message { get; init; }

        public required string? RawMessage { get; init; }

        public required string? Stack { get; init; }

        public required int HResult { get; init; }

        public Dictionary<byte, string> Details { get; } = [];

        public List<(string Key, string Value)> Data { get; } = [];

        public List<byte[]> Fields { get; } = [];

        public List<Exception> Inner { get; } = [];
    }
}

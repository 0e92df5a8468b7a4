using Plait.Memory;
using Plait.Codecs;

namespace Plait.Tests.Codecs;

/// <summary>Writes and reads back in one process, through separate writers and readers as two processes would.</summary>
internal static class RoundTrip
{
    public static readonly ValueCodec ToChild = new(CodecDirection.ToChild);
    public static readonly ValueCodec FromChild = new(CodecDirection.FromChild);

    public static object? Object(object? value, Type declared, ValueCodec? codec = null, IBulkStore? store = null)
    {
        byte[] bytes = Bytes(value, declared, codec, store);
        return Read(bytes, declared, codec, store);
    }

    public static T Of<T>(T value, ValueCodec? codec = null, IBulkStore? store = null) => (T)Object(value, typeof(T), codec, store)!;

    public static byte[] Bytes(object? value, Type declared, ValueCodec? codec = null, IBulkStore? store = null)
    {
        using var writer = new PayloadWriter(store);
        (codec ?? ToChild).Write(writer, value, declared, "argument 'value' of Test.Run");
        return writer.WrittenSpan.ToArray();
    }

    public static object? Read(byte[] bytes, Type declared, ValueCodec? codec = null, IBulkStore? store = null)
    {
        var reader = new PayloadReader(bytes, store);
        object? value = (codec ?? ToChild).Read(ref reader, declared);
        return reader.Remaining == 0 ? value : throw new InvalidOperationException($"{reader.Remaining} bytes were left over.");
    }

    public static BoundFunction Function(Delegate function, ValueCodec? codec = null, FunctionTable? sender = null, FunctionTable? receiver = null)
    {
        using var writer = new PayloadWriter();
        FunctionReference.Write(writer, function, codec ?? ToChild, sender);
        var reader = new PayloadReader(writer.WrittenSpan);
        return FunctionReference.Read(ref reader, codec ?? ToChild, receiver);
    }

    public static Exception Exception(Exception exception, System.Reflection.Assembly? assembly = null)
    {
        using var writer = new PayloadWriter();
        ExceptionCodec.Write(writer, exception);
        var reader = new PayloadReader(writer.WrittenSpan);
        Exception read = ExceptionCodec.Read(ref reader, assembly ?? typeof(RoundTrip).Assembly);
        return reader.Remaining == 0 ? read : throw new InvalidOperationException($"{reader.Remaining} bytes were left over.");
    }
}

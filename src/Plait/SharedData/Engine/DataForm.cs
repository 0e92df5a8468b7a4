using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Plait.Codecs;

namespace Plait.SharedData.Engine;

/// <summary>How a key or a value becomes bytes, and bytes one of them.</summary>
internal abstract class DataForm<T>
{
    private const int MostKept = 4;

    [ThreadStatic]
    private static Stack<PayloadWriter>? t_writers;

    /// <summary>Numbers go as they are, texts as their letters, all else by the codec that arguments of a child's function go by.</summary>
    public static DataForm<T> Of(IReadOnlyList<ICodec> codecs, string path, bool isKey)
    {
        if (!RuntimeHelpers.IsReferenceOrContainsReferences<T>() && RawLayout.Of(typeof(T)) == RawKind.Raw)
        {
            return new RawForm<T>(isKey ? GapMask.Of(typeof(T), Unsafe.SizeOf<T>()) : null);
        }

        return typeof(T) == typeof(string) ? (DataForm<T>)(object)new TextForm() : new CodecForm<T>(codecs, path);
    }

    /// <summary>A writer for <see cref="Encode"/>, if it takes one. Whatever encodes may use dictionaries itself, so each call has its own.</summary>
    public virtual PayloadWriter? Rent() => (t_writers ??= new Stack<PayloadWriter>()).TryPop(out PayloadWriter? writer) ? writer : new PayloadWriter();

    public static void Return(PayloadWriter? writer)
    {
        if (writer is not null)
        {
            writer.Clear();
            if (t_writers is { Count: < MostKept } writers)
            {
                writers.Push(writer);
            }
        }
    }

    /// <summary>The bytes of a value, in the writer or in the value itself.</summary>
    /// <exception cref="CannotTravelException">It cannot go to another process.</exception>
    public abstract ReadOnlySpan<byte> Encode(ref T value, PayloadWriter? writer, out bool isNull);

    /// <exception cref="InvalidDataException">The bytes are none.</exception>
    public abstract T Decode(ReadOnlySpan<byte> bytes, bool isNull);
}

/// <summary>Numbers and structs of them. The mask has a zero for each byte of a gap between fields: what stands there is no part of a key.</summary>
internal sealed class RawForm<T>(byte[]? mask) : DataForm<T>
{
    public override PayloadWriter? Rent() => null;

    public override ReadOnlySpan<byte> Encode(ref T value, PayloadWriter? writer, out bool isNull)
    {
        // The value is the caller's copy.
        isNull = false;
        Span<byte> bytes = MemoryMarshal.CreateSpan(ref Unsafe.As<T, byte>(ref value), Unsafe.SizeOf<T>());
        if (mask is not null)
        {
            for (int i = 0; i < bytes.Length; i++)
            {
                bytes[i] &= mask[i];
            }
        }

        return bytes;
    }

    public override T Decode(ReadOnlySpan<byte> bytes, bool isNull) => bytes.Length == Unsafe.SizeOf<T>() && !isNull
        ? Unsafe.ReadUnaligned<T>(ref MemoryMarshal.GetReference(bytes))
        : throw new InvalidDataException($"{bytes.Length} bytes are no {typeof(T)}, which has {Unsafe.SizeOf<T>()}.");
}

/// <summary>Texts, as UTF-16.</summary>
internal sealed class TextForm : DataForm<string>
{
    public override PayloadWriter? Rent() => null;

    public override ReadOnlySpan<byte> Encode(ref string value, PayloadWriter? writer, out bool isNull)
    {
        isNull = value is null;
        return MemoryMarshal.AsBytes(value.AsSpan());
    }

    public override string Decode(ReadOnlySpan<byte> bytes, bool isNull) => isNull ? null! : new string(MemoryMarshal.Cast<byte, char>(bytes));
}

/// <summary>All else.</summary>
internal sealed class CodecForm<T>(IReadOnlyList<ICodec> codecs, string path) : DataForm<T>
{
    // Any process of the tree may have written it: bytes choose no type.
    private readonly ValueCodec _codec = new(CodecDirection.FromChild, codecs) { Carrier = Carrier.SharedValue };

    public override ReadOnlySpan<byte> Encode(ref T value, PayloadWriter? writer, out bool isNull)
    {
        isNull = false;
        _codec.Write(writer!, value, typeof(T), path);
        return writer!.WrittenSpan;
    }

    public override T Decode(ReadOnlySpan<byte> bytes, bool isNull)
    {
        if (isNull)
        {
            throw new InvalidDataException($"There is nothing where a {typeof(T)} should be.");
        }

        var reader = new PayloadReader(bytes);
        return (T)_codec.Read(ref reader, typeof(T))!;
    }
}

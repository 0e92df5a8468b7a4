using System.Buffers;

namespace Plait.Codecs;

/// <summary>
/// Encodes the types that Plait does not encode as bytes by itself. Plug one in to send a type that has no way to
/// travel of its own (a third-party matrix, a generated message), or to replace the encoding of your own classes.
/// </summary>
/// <remarks>
/// Both processes use the codec: its type travels to the child by name, so it must be public or internal, in an assembly
/// that the child can load, and have a parameterless constructor. One instance serves many threads at once.
/// A codec is asked about the type of the value itself, never about an interface or a base class that the value hides behind.
/// </remarks>
public interface ICodec
{
    /// <summary>True when this codec encodes values whose type is exactly <paramref name="type"/>. Must give the same answer in both processes.</summary>
    /// <param name="type">The type of the value.</param>
    /// <returns>Whether <see cref="Encode"/> and <see cref="Decode"/> are to be used for it.</returns>
    bool CanEncode(Type type);

    /// <summary>Writes a value. Called in the stack of the caller who submits the work; an exception from here reaches that caller.</summary>
    /// <param name="value">The value; never null.</param>
    /// <param name="type">Its exact type.</param>
    /// <param name="output">Where the bytes go; the length is kept for you.</param>
    void Encode(object value, Type type, IBufferWriter<byte> output);

    /// <summary>Reads back what <see cref="Encode"/> wrote. The bytes come from another process: do not let them choose a type.</summary>
    /// <param name="data">Exactly the bytes that were written.</param>
    /// <param name="type">The type of the value.</param>
    /// <returns>The value: null or an object assignable to <paramref name="type"/>.</returns>
    object? Decode(ReadOnlySpan<byte> data, Type type);
}

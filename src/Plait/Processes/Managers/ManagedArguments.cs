using System.ComponentModel;
using Plait.Codecs;

namespace Plait.Processes.Managers;

/// <summary>The arguments of a call as the server has them. Not for use in programs.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public ref struct ManagedArguments
{
    private readonly ValueCodec _codec;
    private PayloadReader _reader;

    internal ManagedArguments(PayloadReader reader, ValueCodec codec)
    {
        _reader = reader;
        _codec = codec;
    }

    /// <summary>Reads the next one.</summary>
    /// <typeparam name="T">Its declared type.</typeparam>
    /// <returns>The argument.</returns>
    /// <exception cref="InvalidDataException">The bytes hold something else.</exception>
    public T Read<T>() => (T)_codec.Read(ref _reader, typeof(T))!;

    /// <summary>There are no more.</summary>
    /// <exception cref="InvalidDataException">There are.</exception>
    public readonly void End()
    {
        if (_reader.Remaining != 0)
        {
            throw new InvalidDataException($"{_reader.Remaining} bytes follow the last argument.");
        }
    }
}

namespace Plait.Codecs;

/// <summary>
/// Lets objects that live in shared memory (locks, queues) travel as references. Both sides of a channel have the same
/// extensions in the same order: the bytes only pick one of them by its place.
/// </summary>
internal interface IValueExtension
{
    bool Handles(object value);

    void Write(PayloadWriter writer, object value, ValueCodec codec);

    /// <exception cref="InvalidDataException">The bytes are bad, or do not make a <paramref name="declaredType"/>.</exception>
    object Read(ref PayloadReader reader, Type declaredType, ValueCodec codec);
}

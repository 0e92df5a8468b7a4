namespace Plait.Queues;

/// <summary>A message was longer than the buffer that it was to be received into. It was received all the same, and is here.</summary>
public sealed class BufferTooShortException : IOException
{
    /// <summary>An exception with a general message, and no bytes.</summary>
    public BufferTooShortException()
        : this("The message is longer than the buffer.")
    {
    }

    /// <summary>An exception with a message, and no bytes.</summary>
    /// <param name="message">What happened.</param>
    public BufferTooShortException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a message and a cause, and no bytes.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">Its cause.</param>
    public BufferTooShortException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal BufferTooShortException(byte[] bytes, int room)
        : base($"The message has {bytes.Length} bytes; the buffer has room for {room}. It is in {nameof(Bytes)} of this exception.") => Bytes = bytes;

    /// <summary>The whole message.</summary>
    public IReadOnlyList<byte> Bytes { get; } = [];
}

namespace Plait.Queues;

/// <summary>The next message is longer than the receiver wants. It was left where it is: receive it with a larger limit, or close the connection.</summary>
public sealed class MessageTooLongException : IOException
{
    /// <summary>An exception with a general message.</summary>
    public MessageTooLongException()
        : this("The message is too long.")
    {
    }

    /// <summary>An exception with a message.</summary>
    /// <param name="message">What happened.</param>
    public MessageTooLongException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">Its cause.</param>
    public MessageTooLongException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal MessageTooLongException(long length, int maximumLength)
        : base($"The next message has {length} bytes, more than the {maximumLength} that were asked for. It was left where it is: receive it with a larger limit, or close the connection.") =>
        Length = length;

    /// <summary>The length of the message in bytes.</summary>
    public long Length { get; }
}

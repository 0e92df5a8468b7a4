namespace Plait.Queues;

/// <summary>A message could not be sent in time, because the peer does not receive. It will not arrive; the connection can be used on.</summary>
public sealed class PipeTimeoutException : TimeoutException
{
    /// <summary>An exception with a general message.</summary>
    public PipeTimeoutException()
        : this("The message could not be sent in time.")
    {
    }

    /// <summary>An exception with a message.</summary>
    /// <param name="message">What happened.</param>
    public PipeTimeoutException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">Its cause.</param>
    public PipeTimeoutException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal PipeTimeoutException(int sent, int? length)
        : base(length is null
            ? "The message could not be sent in time: another one is being sent on this end, and the peer does not receive it."
            : $"The message could not be sent in time: {sent} of its {length} bytes had gone when the time was over, because the peer does not receive. It will not arrive.")
    {
        SentBytes = sent;
        LeftBytes = (length ?? 0) - sent;
    }

    /// <summary>Bytes of the message that had been handed to the system. The receiver drops them.</summary>
    public int SentBytes { get; }

    /// <summary>Bytes of the message that were left; 0 when its length was not known yet.</summary>
    public int LeftBytes { get; }
}

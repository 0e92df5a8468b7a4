namespace Plait.Queues;

/// <summary>A connection, socket or file that was sent cannot be had any more: its sender is gone, it was fetched before, or this process has as many descriptors as it may.</summary>
public sealed class DescriptorUnavailableException : IOException
{
    /// <summary>An exception with a general message.</summary>
    public DescriptorUnavailableException()
        : this("The descriptor cannot be had any more.")
    {
    }

    /// <summary>An exception with a message.</summary>
    /// <param name="message">What happened.</param>
    public DescriptorUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">Its cause.</param>
    public DescriptorUnavailableException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

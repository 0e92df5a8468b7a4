namespace Plait.Queues;

/// <summary>The queue was shut down: nothing is put any more, and there is nothing left to get.</summary>
public sealed class QueueShutdownException : InvalidOperationException
{
    /// <summary>Makes an exception without details.</summary>
    public QueueShutdownException()
        : this("The queue is shut down.")
    {
    }

    /// <summary>Makes an exception with a message.</summary>
    /// <param name="message">Which queue.</param>
    public QueueShutdownException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with a message and a cause.</summary>
    /// <param name="message">Which queue.</param>
    /// <param name="innerException">The cause.</param>
    public QueueShutdownException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

namespace Plait.Queues;

/// <summary>The other end of a pipe is gone: every process that had it has closed it or ended. What it had sent before has been received.</summary>
public sealed class PipeClosedException : IOException
{
    /// <summary>An exception with a general message.</summary>
    public PipeClosedException()
        : this("The other end of the pipe is gone.")
    {
    }

    /// <summary>An exception with a message.</summary>
    /// <param name="message">What happened.</param>
    public PipeClosedException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">Its cause.</param>
    public PipeClosedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Whether the peer died in the middle of a message: part of it had come, and is lost.</summary>
    public bool DiedInMessage { get; private init; }

    internal static PipeClosedException WhenReceiving(int? received, long length) => received is { } had
        ? new PipeClosedException($"The peer died in the middle of a message: {had} of its {length} bytes had come and are lost, and nobody is left who could send more.") { DiedInMessage = true }
        : new PipeClosedException("The other end of the pipe is gone: nobody is left who could send anything. All that was sent has been received.");

    internal static PipeClosedException WhenSending(int sent, int length) =>
        new($"The other end of the pipe is gone: nobody is left who could receive this message ({sent} of its {length} bytes were sent) or what was sent before and not received.");
}

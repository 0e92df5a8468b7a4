namespace Plait.Synchronization;

/// <summary>A primitive was used against its rules: a release too many, a wait without the lock, a count that would leave its range. Nothing was changed.</summary>
public sealed class SynchronizationException : InvalidOperationException
{
    /// <summary>An exception without a message of its own.</summary>
    public SynchronizationException()
    {
    }

    /// <summary>An exception with a message.</summary>
    /// <param name="message">What happened, and the way out.</param>
    public SynchronizationException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    /// <param name="message">What happened, and the way out.</param>
    /// <param name="innerException">Its cause.</param>
    public SynchronizationException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

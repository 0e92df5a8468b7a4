namespace Plait.Synchronization;

/// <summary>
/// A wait would never have ended: units wait for each other in a circle. Thrown in the one whose wait began last, which acquired
/// nothing and can release what it holds. The message names every unit, what it holds and wants, since when, and where.
/// </summary>
public sealed class DeadlockException : InvalidOperationException
{
    /// <summary>An exception without a message of its own.</summary>
    public DeadlockException()
    {
    }

    /// <summary>An exception with a message.</summary>
    /// <param name="message">The report.</param>
    public DeadlockException(string message)
        : base(message)
    {
    }

    internal DeadlockException(string message, DeadlockReport? report)
        : base(message) => Report = report;

    /// <summary>What was found; null in an exception that was made elsewhere or came from another process.</summary>
    public DeadlockReport? Report { get; }

    /// <summary>An exception with a message and a cause.</summary>
    /// <param name="message">The report.</param>
    /// <param name="innerException">Its cause.</param>
    public DeadlockException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

namespace Plait.Synchronization;

/// <summary>The barrier is broken: a party died, ran out of time, was cancelled or gave up, or the action threw.</summary>
public sealed class BrokenBarrierException : InvalidOperationException
{
    /// <summary>An exception without a message of its own.</summary>
    public BrokenBarrierException()
    {
    }

    /// <summary>An exception with a message.</summary>
    /// <param name="message">What happened, and the way out.</param>
    public BrokenBarrierException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    /// <param name="message">What happened, and the way out.</param>
    /// <param name="innerException">Its cause.</param>
    public BrokenBarrierException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

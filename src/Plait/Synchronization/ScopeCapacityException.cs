namespace Plait.Synchronization;

/// <summary>A scope has no room for another primitive, unit or process. The message says which, and how many there are.</summary>
public sealed class ScopeCapacityException : InvalidOperationException
{
    /// <summary>An exception without a message of its own.</summary>
    public ScopeCapacityException()
    {
    }

    /// <summary>An exception with a message.</summary>
    /// <param name="message">What happened, and the way out.</param>
    public ScopeCapacityException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    /// <param name="message">What happened, and the way out.</param>
    /// <param name="innerException">Its cause.</param>
    public ScopeCapacityException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

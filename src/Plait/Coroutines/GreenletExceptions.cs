namespace Plait.Coroutines;

/// <summary>Ends the greenlet it is thrown into: <c>finally</c> blocks run, and its parent is not thrown at, but given this exception as a value.</summary>
public sealed class GreenletExitException : OperationCanceledException
{
    /// <summary>Makes one to throw.</summary>
    public GreenletExitException()
        : base("The greenlet was told to end.")
    {
    }

    /// <summary>Makes one with a message.</summary>
    /// <param name="message">The message.</param>
    public GreenletExitException(string? message)
        : base(message)
    {
    }

    /// <summary>Makes one with a message and a cause.</summary>
    /// <param name="message">The message.</param>
    /// <param name="innerException">The cause.</param>
    public GreenletExitException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>A switch that cannot be: to a greenlet of another thread, out of an async function without an await, or around an await of something else.</summary>
public sealed class GreenletException : InvalidOperationException
{
    internal GreenletException(string message)
        : base(message)
    {
    }

    internal GreenletException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

namespace Plait.Codecs;

/// <summary>
/// A value or function cannot go to another process. Thrown in the stack of the caller who sends it, before anything is
/// sent; the message names the variable, field or element, says why, and what to do instead.
/// </summary>
public sealed class CannotTravelException : NotSupportedException
{
    /// <summary>Makes an exception without details.</summary>
    public CannotTravelException()
        : this("The value cannot travel to another process.")
    {
    }

    /// <summary>Makes an exception with a message.</summary>
    /// <param name="message">What cannot travel, why, and what to do.</param>
    public CannotTravelException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with a message and its cause.</summary>
    /// <param name="message">What cannot travel, why, and what to do.</param>
    /// <param name="innerException">What the encoder of the value threw.</param>
    public CannotTravelException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal CannotTravelException(string message, string path, string typeName, Exception? innerException)
        : base(message, innerException)
    {
        Path = path;
        TypeName = typeName;
    }

    /// <summary>Where the value was found, from the outside in: <c>order.Lines[3].stream</c>. Empty when a whole function is refused.</summary>
    public string Path { get; } = "";

    /// <summary>Full name of the type that cannot travel; empty when it is not about a type.</summary>
    public string TypeName { get; } = "";
}

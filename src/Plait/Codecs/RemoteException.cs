using System.Text;

namespace Plait.Codecs;

/// <summary>
/// Stands in for an exception of another process whose own type is not rebuilt here: only framework exceptions and the
/// exceptions of the function's own assemblies that can be made from a message are. Everything it said is kept as text.
/// </summary>
public sealed class RemoteException : Exception
{
    /// <summary>Makes an exception without details.</summary>
    public RemoteException()
        : this("An exception was thrown in another process.")
    {
    }

    /// <summary>Makes an exception with a message.</summary>
    /// <param name="message">The remote exception's message.</param>
    public RemoteException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with a message and a cause.</summary>
    /// <param name="message">The remote exception's message.</param>
    /// <param name="innerException">The remote exception's own inner exception.</param>
    public RemoteException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal RemoteException(string remoteTypeName, string remoteAssembly, string message, string? remoteStackTrace, Exception? innerException)
        : base(message, innerException)
    {
        RemoteTypeName = remoteTypeName;
        RemoteAssembly = remoteAssembly;
        RemoteStackTrace = remoteStackTrace;
    }

    /// <summary>Full name of the exception's type in the other process.</summary>
    public string RemoteTypeName { get; } = "";

    /// <summary>Simple name of the assembly that holds that type.</summary>
    public string RemoteAssembly { get; } = "";

    /// <summary>The stack trace as the other process saw it; null when the exception was never thrown there.</summary>
    public string? RemoteStackTrace { get; }

    /// <summary>The remote type, message, inner exceptions and remote stack, then where it was thrown again here.</summary>
    /// <returns>A text like that of any exception.</returns>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(GetType()).Append(" (").Append(RemoteTypeName).Append("): ").Append(Message);
        if (InnerException is not null)
        {
            text.AppendLine().Append(" ---> ").Append(InnerException).AppendLine().Append("   --- End of inner exception stack trace ---");
        }

        if (RemoteStackTrace is not null)
        {
            text.AppendLine().Append(RemoteStackTrace).AppendLine().Append("   --- End of stack trace in the other process ---");
        }

        if (StackTrace is { Length: > 0 } local && !ReferenceEquals(local, RemoteStackTrace))
        {
            text.AppendLine().Append(local);
        }

        return text.ToString();
    }
}

using System.Diagnostics.CodeAnalysis;

namespace Plait.Net.Servers;

/// <summary>What a server tells where nobody else wants to know.</summary>
internal static class StandardError
{
    /// <summary>Writes a line. Never throws: what cannot be told must not end who tells it.</summary>
    /// <param name="server">The name of the server.</param>
    /// <param name="what">What has happened. It is made to text here: a value of it, such as an exception of a user's, may throw at that.</param>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A disk that is full, a descriptor that is closed, a writer of the user's: there is nobody left to tell.")]
    public static void Tell(string server, FormattableString what)
    {
        try
        {
            Console.Error.WriteLine($"Server '{server}': {FormattableString.Invariant(what)}");
        }
        catch (Exception)
        {
            // As above.
        }
    }
}

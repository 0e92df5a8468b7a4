namespace Plait.Net.Servers;

/// <summary>A server could not be restarted: what served before goes on, unless the server was stopped.</summary>
public sealed class ServerRestartException : Exception
{
    internal ServerRestartException(string server, Exception? reason)
        : base(
            reason is null ? $"Server '{server}' was stopped while it was restarted."
                : $"Server '{server}' is not restarted, and goes on with the workers that it has: the fresh ones did not come up. {reason.Message}",
            reason)
    {
    }
}

using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Plait.Cli.Commands;

/// <summary>The place of a server, as people write it.</summary>
internal static class ServerPlace
{
    private const string Unix = "unix:";

    /// <summary>The end point that <c>HOST:PORT</c>, <c>[IPV6]:PORT</c> or <c>unix:PATH</c> stands for; a name is looked up, and its first address taken.</summary>
    /// <exception cref="UsageException">It is none of these, or there is no such host.</exception>
    public static async Task<EndPoint> ParseAsync(string text, CancellationToken cancellation)
    {
        if (text.StartsWith(Unix, StringComparison.Ordinal))
        {
            try
            {
                return new UnixDomainSocketEndPoint(text[Unix.Length..]);
            }
            catch (ArgumentException wrong)
            {
                throw new UsageException($"'{text}' names no socket: {wrong.Message.Split(" (Parameter ")[0]}", wrong);
            }
        }

        int colon = text.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) || port == 0)
        {
            throw new UsageException($"'{text}' is no place of a server. It is HOST:PORT with a port from 1 to 65535, or unix:PATH.");
        }

        string host = text[..colon].Trim('[', ']');
        try
        {
            return new IPEndPoint(IPAddress.TryParse(host, out IPAddress? address) ? address : (await Dns.GetHostAddressesAsync(host, cancellation))[0], port);
        }
        catch (SocketException unknown)
        {
            throw new UsageException($"'{text}': the host '{host}' is not known: {unknown.Message}", unknown);
        }
    }
}

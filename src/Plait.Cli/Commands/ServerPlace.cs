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
            return OfPath(text[Unix.Length..], $"'{text}'");
        }

        int colon = text.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) || port == 0)
        {
            throw new UsageException($"'{text}' is no place of a server. It is HOST:PORT with a port from 1 to 65535, or unix:PATH.");
        }

        string host = text[..colon].Trim('[', ']');
        return new IPEndPoint(await LookUpAsync(host, $"'{text}': the host '{host}'", cancellation), port);
    }

    /// <summary>The Unix socket at a path.</summary>
    /// <param name="path">The path.</param>
    /// <param name="given">What was given, as the message quotes it.</param>
    /// <exception cref="UsageException">No socket can be there.</exception>
    public static EndPoint OfPath(string path, string given)
    {
        try
        {
            return new UnixDomainSocketEndPoint(path);
        }
        catch (ArgumentException wrong)
        {
            throw new UsageException($"{given} names no socket: {wrong.Message.Split(" (Parameter ")[0]}", wrong);
        }
    }

    /// <summary>The address itself, or the first one of a name.</summary>
    /// <param name="host">An address, or a name to look up.</param>
    /// <param name="given">What was given, as the message quotes it.</param>
    /// <param name="cancellation">Ends the look-up.</param>
    /// <exception cref="UsageException">There is no such host.</exception>
    public static async Task<IPAddress> LookUpAsync(string host, string given, CancellationToken cancellation)
    {
        try
        {
            return IPAddress.TryParse(host, out IPAddress? address) ? address : (await Dns.GetHostAddressesAsync(host, cancellation))[0];
        }
        catch (SocketException unknown)
        {
            throw new UsageException($"{given} is not known: {unknown.Message}", unknown);
        }
    }
}

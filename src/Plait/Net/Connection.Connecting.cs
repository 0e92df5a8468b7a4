using System.Net;
using Plait.Coroutines;
using Plait.Net.Engine;

namespace Plait.Net;

/// <content>Clients.</content>
public abstract partial class Connection
{
    /// <summary>Connects to a server, in a coroutine: others of its loop run meanwhile, and the connection is for coroutines of that loop.</summary>
    /// <param name="server">An <see cref="IPEndPoint"/>, a <see cref="System.Net.Sockets.UnixDomainSocketEndPoint"/>, or a <see cref="DnsEndPoint"/>, whose addresses are tried one after another.</param>
    /// <param name="options">How long and how often. Default: null, once within 10 s.</param>
    /// <returns>The connection; the caller's to dispose.</returns>
    /// <exception cref="IOException">The server cannot be reached: the last attempt's reason.</exception>
    /// <exception cref="ConnectionTimeoutException">The last attempt was not answered in time.</exception>
    /// <exception cref="System.Security.Authentication.AuthenticationException">The server is not who it must be, or speaks no TLS that is allowed: <see cref="ConnectOptions.Tls"/>.</exception>
    /// <exception cref="InvalidOperationException">No coroutine runs on this thread: use <see cref="Connect"/>.</exception>
    public static async Task<Connection> ConnectAsync(EndPoint server, ConnectOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(server);
        options ??= ConnectOptions.Default;
        options.Validate();
        CoroutineContext context = CoroutineContext.Require("Connection.ConnectAsync");
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await Connecting.SecureAsync(await Connecting.TryAsync(context.Loop, server, options.Timeout), options);
            }
            catch (Exception error) when (Connecting.IsWorthRetrying(error, attempt, options.Retries))
            {
                await Coroutine.Sleep(options.Retries.WaitAfter(attempt));
            }
        }
    }

    /// <summary>Connects to a server, and blocks until that is done. The connection's calls block as well, and complete before they return.</summary>
    /// <inheritdoc cref="ConnectAsync"/>
    /// <exception cref="IOException">The server cannot be reached: the last attempt's reason.</exception>
    public static Connection Connect(EndPoint server, ConnectOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(server);
        options ??= ConnectOptions.Default;
        options.Validate();
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                // Nothing of a connection whose calls block is still under way when its calls return.
                return Connecting.SecureAsync(Connecting.Try(server, options.Timeout), options).GetAwaiter().GetResult();
            }
            catch (Exception error) when (Connecting.IsWorthRetrying(error, attempt, options.Retries))
            {
                // The calls of this connection block, and so does the pause.
                using var never = new ManualResetEventSlim();
                _ = never.Wait(options.Retries.WaitAfter(attempt));
            }
        }
    }
}

using System.Net;
using System.Net.Sockets;
using Plait.Coroutines;
using Plait.Execution;
using Plait.Interop;

namespace Plait.Net.Engine;

/// <summary>One attempt to connect.</summary>
internal static class Connecting
{
    /// <summary>Whether a failure calls for another attempt.</summary>
    public static bool IsWorthRetrying(Exception error, int attempts, RetryPolicy policy) =>
        attempts <= policy.Count && error is not OperationCanceledException && (policy.ShouldRetry?.Invoke(error) ?? MayPass(error));

    private static bool MayPass(Exception error) => error is ConnectionTimeoutException || error.InnerException is SocketException { SocketErrorCode: SocketError.TryAgain } || (error.InnerException is SystemCallException
    {
        Number: Errno.ECONNREFUSED or Errno.ECONNRESET or Errno.ETIMEDOUT or Errno.EAGAIN or Errno.ENOENT or Errno.ENETUNREACH or Errno.EHOSTUNREACH or Errno.ECONNABORTED or Errno.EMFILE or Errno.ENFILE,
    });

    /// <summary>One attempt from a coroutine: at a name, one at each of its addresses until one succeeds.</summary>
    public static async Task<Connection> TryAsync(EventLoop loop, EndPoint server, TimeSpan timeout)
    {
        if (server is not DnsEndPoint name)
        {
            return await TryPlaceAsync(loop, server, timeout);
        }

        Task<IPAddress[]> asked = Dns.GetHostAddressesAsync(name.Host, name.AddressFamily);
        try
        {
            await Coroutine.Await(asked);
        }
        catch (SocketException error)
        {
            throw Unknown(name, error);
        }

        return await TryEachAsync(name, await asked, place => TryPlaceAsync(loop, place, timeout));
    }

    /// <summary>As <see cref="TryAsync"/>, blocking.</summary>
    public static Connection Try(EndPoint server, TimeSpan timeout)
    {
        if (server is not DnsEndPoint name)
        {
            return TryPlace(server, timeout);
        }

        IPAddress[] addresses;
        try
        {
            addresses = Dns.GetHostAddresses(name.Host, name.AddressFamily);
        }
        catch (SocketException error)
        {
            throw Unknown(name, error);
        }

        return TryEachAsync(name, addresses, place => Task.FromResult<Connection>(TryPlace(place, timeout))).GetAwaiter().GetResult();
    }

    private static async Task<Connection> TryEachAsync(DnsEndPoint name, IPAddress[] addresses, Func<IPEndPoint, Task<Connection>> connect)
    {
        for (int i = 0; i < addresses.Length; i++)
        {
            try
            {
                return await connect(new IPEndPoint(addresses[i], name.Port));
            }
            catch (Exception error) when (i < addresses.Length - 1 && (error is IOException or TimeoutException))
            {
                // The next address may do; the last one's reason is told.
            }
        }

        throw new IOException($"Host '{name.Host}' has no address.");
    }

    private static async Task<Connection> TryPlaceAsync(EventLoop loop, EndPoint server, TimeSpan timeout)
    {
        Descriptor socket = Create(server);
        int begun = StreamCalls.Connect(socket.Number, server);
        if (begun is not (0 or -Errno.EINPROGRESS))
        {
            socket.Dispose();
            throw Refused(server, -begun);
        }

        LoopConnection connection = Open(loop, socket, server);
        try
        {
            if (begun != 0)
            {
                await connection.ConnectedAsync(loop.DeadlineAfter(timeout));
            }

            return connection;
        }
        catch (TimeoutException)
        {
            await connection.DisposeAsync();
            throw Late(server, timeout);
        }
        catch (SystemCallException error)
        {
            await connection.DisposeAsync();
            throw Refused(server, error.Number);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static LoopConnection Open(EventLoop loop, Descriptor socket, EndPoint server)
    {
        try
        {
            LoopConnection connection = LoopConnection.Open(loop, socket.Number, server);
            _ = socket.Detach();
            return connection;
        }
        catch (Exception refused) when (refused is SystemCallException or ArgumentException)
        {
            // What tells the loop of its descriptors takes no more, or, as select, none of that number.
            socket.Dispose();
            throw new IOException($"Event loop '{loop.Name}' cannot watch a connection with {server}: {refused.Message}", refused);
        }
    }

    private static BlockingConnection TryPlace(EndPoint server, TimeSpan timeout)
    {
        Descriptor socket = Create(server);
        try
        {
            int error = -StreamCalls.Connect(socket.Number, server);
            if (error == Errno.EINPROGRESS)
            {
                Span<PollDescriptor> one = [new() { Fd = socket.Number, Events = ReadyPoll.Writable }];
                if (ReadyPoll.Wait(one, timeout == Timeout.InfiniteTimeSpan ? MonotonicClock.Never : MonotonicClock.After(timeout)) == 0)
                {
                    throw Late(server, timeout);
                }

                error = StreamCalls.TakeError(socket.Number);
            }

            if (error != 0)
            {
                throw Refused(server, error);
            }

            StreamCalls.SetBlocking(socket.Number, isBlocking: true);
            return new BlockingConnection(socket.Detach());
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>TLS over it, where that is wanted. Takes the connection, also if it throws.</summary>
    public static async Task<Connection> SecureAsync(Connection connection, ConnectOptions options)
    {
        if (options.Tls is not { } tls)
        {
            return connection;
        }

        var secure = new TlsConnection(connection);
        try
        {
            await secure.AgreeAsync(tls, options.Timeout);
            return secure;
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }

    private static Descriptor Create(EndPoint server)
    {
        try
        {
            Descriptor socket = StreamCalls.Create(server, isBlocking: false);
            if (server is IPEndPoint)
            {
                StreamCalls.SetNoDelay(socket.Number);
            }

            return socket;
        }
        catch (SystemCallException error)
        {
            throw Refused(server, error.Number);
        }
    }

    private static IOException Unknown(DnsEndPoint name, SocketException error) => new($"Host '{name.Host}' is not known: {error.Message}.", error);

    private static ConnectionTimeoutException Late(EndPoint server, TimeSpan timeout) =>
        new(ConnectionTimeout.Connect, $"{server} has not answered within {timeout.TotalSeconds:0.###} s.");

    private static IOException Refused(EndPoint server, int errno) => new(
        errno switch
        {
            Errno.ECONNREFUSED => $"Nobody listens at {server}.",
            Errno.ENOENT => $"There is no socket at {server}.",
            _ => $"{server} cannot be reached ({Errno.Name(errno)}).",
        },
        new SystemCallException("connect", errno));
}

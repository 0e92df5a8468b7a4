using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Plait.Cli.Tests.Load;

/// <summary>A server for a test, a thread a connection. All of it is gone when it is disposed.</summary>
internal sealed class TestServer : IDisposable
{
    private readonly Socket _listener;
    private readonly Action<Socket> _serve;
    private readonly Thread _accepting;
    private readonly ConcurrentBag<(Socket Client, Thread Thread)> _clients = [];
    private int _connections;

    private TestServer(EndPoint place, int backlog, Action<Socket> serve)
    {
        _serve = serve;
        _listener = new Socket(place.AddressFamily, SocketType.Stream, place is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        _listener.Bind(place);
        _listener.Listen(backlog);
        _accepting = new Thread(Accept);
        _accepting.Start();
    }

    /// <summary>Where it listens.</summary>
    public EndPoint Place => _listener.LocalEndPoint!;

    /// <summary>The same as a target of the tool.</summary>
    public string Target => Place is IPEndPoint ? Place.ToString()! : $"unix:{Place}";

    /// <summary>Connections that were accepted so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>A server that calls <paramref name="serve"/> with each connection, on a thread of its own, and closes it afterwards.</summary>
    public static TestServer That(Action<Socket> serve, int backlog = 512) => new(new IPEndPoint(IPAddress.Loopback, 0), backlog, serve);

    /// <summary>A server that sends back what <paramref name="answer"/> makes of what comes.</summary>
    public static TestServer Answering(Func<byte[], byte[]> answer) => That(client => Answer(client, answer));

    /// <summary>A server that echoes.</summary>
    public static TestServer Echo(int backlog = 512) => That(static client => Answer(client, static bytes => bytes), backlog);

    /// <summary>A server that echoes on a socket of a file.</summary>
    public static TestServer EchoAt(string path) => new(new UnixDomainSocketEndPoint(path), 512, static client => Answer(client, static bytes => bytes));

    /// <summary>Answers until the client has nothing more to say.</summary>
    public static void Answer(Socket client, Func<byte[], byte[]> answer)
    {
        byte[] buffer = new byte[10_000];
        int count;
        while ((count = client.Receive(buffer)) > 0)
        {
            byte[] reply = answer(buffer[..count]);
            for (int sent = 0; sent < reply.Length;)
            {
                sent += client.Send(reply.AsSpan(sent));
            }
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _accepting.Join();
        foreach ((Socket client, Thread thread) in _clients)
        {
            client.Dispose();
            thread.Join();
        }
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                Socket client = _listener.Accept();
                var thread = new Thread(() => Serve(client));
                _clients.Add((client, thread));
                Interlocked.Increment(ref _connections);
                thread.Start();
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private void Serve(Socket client)
    {
        try
        {
            _serve(client);
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // The client is gone, or the test over.
        }
        finally
        {
            client.Dispose();
        }
    }
}

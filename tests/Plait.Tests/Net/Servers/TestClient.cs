using System.Net;
using System.Net.Sockets;
using System.Text;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Net.Servers;

/// <summary>A client of plain blocking sockets, for the other end of a server under test. Reads fail after the hang limit.</summary>
internal sealed class TestClient : IDisposable
{
    public TestClient(EndPoint server)
    {
        Socket = new Socket(server.AddressFamily, SocketType.Stream, server is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified)
        {
            ReceiveTimeout = (int)Waits.Hang.TotalMilliseconds,
            SendTimeout = (int)Waits.Hang.TotalMilliseconds,
        };
        try
        {
            Socket.Connect(server);
        }
        catch
        {
            Socket.Dispose();
            throw;
        }
    }

    public Socket Socket { get; }

    public void Send(string text) => Send(Encoding.ASCII.GetBytes(text));

    public void Send(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            data = data[Socket.Send(data)..];
        }
    }

    /// <summary>So many bytes, or fewer if the stream ends.</summary>
    public byte[] Receive(int count)
    {
        byte[] data = new byte[count];
        int done = 0;
        while (done < count && Socket.Receive(data, done, count - done, SocketFlags.None) is > 0 and int came)
        {
            done += came;
        }

        return data[..done];
    }

    public string ReceiveText(int count) => Encoding.ASCII.GetString(Receive(count));

    /// <summary>Everything to the end of the stream.</summary>
    public string ReceiveAll()
    {
        List<byte> all = [];
        byte[] part = new byte[4096];
        while (Socket.Receive(part) is > 0 and int came)
        {
            all.AddRange(part.AsSpan(0, came));
        }

        return Encoding.ASCII.GetString([.. all]);
    }

    /// <summary>Sends, and sees the same come back.</summary>
    public void Echo(string text)
    {
        Send(text);
        Assert.Equal(text, ReceiveText(text.Length));
    }

    /// <summary>Sees that the other end is gone: by the end of the stream, or by a reset.</summary>
    public void IsEnded()
    {
        try
        {
            Assert.Empty(Receive(1));
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
        {
            // That is an end as well.
        }
    }

    /// <summary>Breaks the connection off.</summary>
    public void Reset()
    {
        Socket.LingerState = new LingerOption(enable: true, seconds: 0);
        Socket.Dispose();
    }

    public void Dispose() => Socket.Dispose();
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using Plait.Net;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Net;

/// <summary>How messages are cut out of what comes: the same in all models, so here with calls that block.</summary>
[Collection("selectors")]
public sealed class ConnectionMessageTests : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Connection _connection;
    private readonly Socket _peer;

    public ConnectionMessageTests()
    {
        _listener.Start();
        _connection = Connection.Connect(_listener.LocalEndpoint);
        _connection.ReceiveTimeout = Waits.Hang;
        _peer = _listener.AcceptSocket();
    }

    public void Dispose()
    {
        _peer.Dispose();
        _listener.Dispose();
        _connection.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    [Fact]
    public async Task ReceiveUntil_GivesMessagesOneByOne_AndLeavesTheRest()
    {
        Send("a;bb;;ccc");

        Assert.Equal("a/bb/", $"{await UntilAsync(";")}/{await UntilAsync(";")}/{await UntilAsync(";")}");
        Assert.Equal("ccc", Encoding.ASCII.GetString((await _connection.ReceiveAsync()).Span));
    }

    [Fact]
    public async Task ReceiveUntil_OfADelimiterInPieces_FindsIt()
    {
        Send("head\r");
        Task<string?> message = Task.Run(() => UntilAsync("\r\n"));
        Send("\nbody");

        Assert.Equal("head", await message);
        byte[] rest = new byte[4];
        Assert.True(await _connection.ReceiveExactlyAsync(rest));
        Assert.Equal("body"u8.ToArray(), rest);
    }

    [Theory]
    [InlineData(10, 10, true)]
    [InlineData(11, 10, false)]
    [InlineData(40_000, 40_000, true)]
    [InlineData(40_001, 40_000, false)]
    public async Task ReceiveUntil_UpToTheLimit_TakesIt(int length, int limit, bool isTaken)
    {
        string text = new('x', length);
        Task sending = Task.Run(() => Send(text + "\n"));

        if (isTaken)
        {
            Assert.Equal(text, await UntilAsync("\n", limit));
        }
        else
        {
            Assert.Equal(limit, (await Assert.ThrowsAsync<MessageLimitExceededException>(() => UntilAsync("\n", limit))).Limit);
        }

        await sending;
    }

    [Fact]
    public async Task ReceiveUntil_AtTheEndOfTheStream_IsNullOnlyWhenNothingIsLost()
    {
        Send("whole\nhalf");
        _peer.Shutdown(SocketShutdown.Send);

        Assert.Equal("whole", await UntilAsync("\n"));
        Assert.Contains("4 bytes", (await Assert.ThrowsAsync<EndOfStreamException>(() => UntilAsync("\n"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReceiveUntil_OfAStreamThatIsOver_IsNull()
    {
        _peer.Shutdown(SocketShutdown.Send);

        Assert.Null(await UntilAsync("\n"));
    }

    [Fact]
    public async Task ReceiveExactly_AtTheEndOfTheStream_IsFalseOnlyWhenNothingIsLost()
    {
        byte[] four = new byte[4];
        Send("abcdef");
        _peer.Shutdown(SocketShutdown.Send);

        Assert.True(await _connection.ReceiveExactlyAsync(four));
        Assert.Contains("2 of 4", (await Assert.ThrowsAsync<EndOfStreamException>(async () => _ = await _connection.ReceiveExactlyAsync(four))).Message, StringComparison.Ordinal);
        Assert.False(await _connection.ReceiveExactlyAsync(four));
    }

    [Fact]
    public async Task Arguments_OutOfRange_AreRefused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => UntilAsync(""));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => UntilAsync("\n", 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => _connection.ReceiveTimeout = TimeSpan.Zero);
        Assert.Throws<ArgumentOutOfRangeException>(() => _connection.SendTimeout = TimeSpan.FromSeconds(-5));
        Assert.Equal(0, await _connection.ReceiveAsync(Memory<byte>.Empty));
    }

    [Fact]
    public async Task Timeouts_OnceOver_SayWhichAndHowLong()
    {
        _connection.ReceiveTimeout = TimeSpan.FromMilliseconds(20);

        ConnectionTimeoutException late = await Assert.ThrowsAsync<ConnectionTimeoutException>(async () => _ = await _connection.ReceiveAsync());

        Assert.Equal(ConnectionTimeout.Idle, late.Kind);
        Assert.Contains("0.02 s", late.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_OverTheConnection_ReadsAndWrites()
    {
        Stream stream = _connection.AsStream();
        using var reader = new StreamReader(stream);
        await stream.WriteAsync("to the peer"u8.ToArray(), TestContext.Current.CancellationToken);
        byte[] got = new byte[11];
        Assert.Equal(11, _peer.Receive(got));
        Send("line one\nline two\n");

        Assert.Equal("line one", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
        Assert.Equal("line two", reader.ReadLine());
        Assert.Throws<NotSupportedException>(() => stream.Length);
    }

    private void Send(string text)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        for (int done = 0; done < bytes.Length;)
        {
            done += _peer.Send(bytes, done, bytes.Length - done, SocketFlags.None);
        }
    }

    private async Task<string?> UntilAsync(string delimiter, int limit = 65_536) =>
        await _connection.ReceiveUntilAsync(Encoding.ASCII.GetBytes(delimiter), limit) is { } message ? Encoding.ASCII.GetString(message.Span) : null;
}

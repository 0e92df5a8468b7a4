using System.Net.Security;
using System.Security.Authentication;
using System.Text;
using Plait.Coroutines;
using Plait.Net;
using Plait.Net.Servers;
using Xunit;

namespace Plait.Tests.Net.Servers;

/// <summary>Clients that speak TLS.</summary>
public sealed class TlsClientTests : ServerTest
{
    private static readonly ConnectOptions s_tls = new() { Tls = TestCertificate.ClientOptions };

    [Fact]
    public async Task Connect_WithTls_SpeaksItWithAServer()
    {
        StreamServer server = Start();
        await using var client = Connection.Connect(server.EndPoint, s_tls);

        await client.SendAsync("secret"u8.ToArray());
        Assert.Equal("secret", Encoding.ASCII.GetString((await client.ReceiveAsync()).Span));
        await client.EndSendingAsync();

        Assert.True((await client.ReceiveAsync()).IsEmpty);
        Assert.Equal((6, 6), (client.BytesReceived, client.BytesSent));
    }

    [Fact]
    public async Task ConnectAsync_WithTls_SpeaksItInACoroutine()
    {
        StreamServer server = Start();
        using var loop = EventLoop.Start();

        string answer = await loop.Spawn(async () =>
        {
            await using Connection client = await Connection.ConnectAsync(server.EndPoint, s_tls);
            await client.SendAsync("first\nsecond\n"u8.ToArray());
            _ = await client.ReceiveUntilAsync("\n"u8.ToArray());
            return Encoding.ASCII.GetString((await client.ReceiveUntilAsync("\n"u8.ToArray()))!.Value.Span);
        });

        Assert.Equal("second", answer);
    }

    [Fact]
    public void Connect_ToACertificateThatIsNotTrusted_Throws()
    {
        StreamServer server = Start();
        var strict = new ConnectOptions { Tls = new SslClientAuthenticationOptions { TargetHost = "localhost" } };

        Assert.Throws<AuthenticationException>(() => Connection.Connect(server.EndPoint, strict));
    }

    private StreamServer Start() => StartServer(EchoAsync, new() { Tls = new SslServerAuthenticationOptions { ServerCertificateContext = TestCertificate.Context } });
}

using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Plait.Net.Servers;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Net.Servers;

/// <content>TLS.</content>
public abstract partial class LocalServerContract
{
    [Fact]
    public void Tls_EchoOfMessagesOfAllSizes_ComesBackAndEndsWithAWord()
    {
        StreamServer server = Start(EchoAsync, WithTls());
        TestClient client = Connect(server);
        using SslStream stream = TestCertificate.Connect(client.Socket);
        int all = 0;

        foreach (int size in new[] { 1, 64, 16_384, 100_000 })
        {
            byte[] message = Encoding.ASCII.GetBytes(new string((char)('a' + (size % 26)), size));
            byte[] answer = new byte[size];
            stream.Write(message);
            stream.ReadExactly(answer);
            Assert.Equal(message, answer);
            all += size;
        }

        End(stream.ShutdownAsync());
        Assert.Equal(-1, stream.ReadByte());
        Until(() => server.GetStatistics() is { Served: 1, HandshakeFailures: 0, Active: 0 });
        Assert.Equal((all, all), (server.GetStatistics().BytesReceived, server.GetStatistics().BytesSent));
    }

    [Fact]
    public void Tls_OfferedToAClientThatSpeaksSomethingElse_IsCountedByItself()
    {
        StreamServer server = Start(EchoAsync, WithTls());
        server.HandlerFailed += static (_, failed) => Assert.Fail($"{failed.Error}");
        TestClient client = Connect(server);

        client.Send("GET / HTTP/1.1\r\n\r\n");
        try
        {
            _ = client.ReceiveAll();
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
        {
            // What it had not read of it was thrown away.
        }

        Until(() => server.GetStatistics() is { HandshakeFailures: 1, Served: 0, Failed: 0, Active: 0 });
    }

    [Fact]
    public void Tls_OfferedToAClientThatSaysTooLittle_IsClosedInTime()
    {
        StreamServer server = Start(EchoAsync, WithTls(TimeSpan.FromMilliseconds(80)));
        TestClient silent = Connect(server);

        // A hello's first bytes: more is to come.
        silent.Send([22, 3, 1]);

        silent.IsEnded();
        Until(() => server.GetStatistics() is { TimedOut: 1, HandshakeFailures: 0, Active: 0 });
    }

    private static StreamServerOptions WithTls(TimeSpan? firstByte = null) => new()
    {
        FirstByteTimeout = firstByte ?? Waits.Hang,
        IdleTimeout = Waits.Hang,
        Tls = new SslServerAuthenticationOptions { ServerCertificateContext = TestCertificate.Context },
    };
}

/// <summary>A certificate of this run, which its clients know.</summary>
internal static class TestCertificate
{
    private static readonly X509Certificate2 s_certificate = Create();

    public static SslStreamCertificateContext Context { get; } = SslStreamCertificateContext.Create(s_certificate, additionalCertificates: null, offline: true);

    public static SslClientAuthenticationOptions ClientOptions => new()
    {
        TargetHost = "localhost",
        RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate?.GetCertHashString() == s_certificate.GetCertHashString(),
    };

    public static SslStream Connect(Socket socket)
    {
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: false));
        stream.AuthenticateAsClient(ClientOptions);
        return stream;
    }

    private static X509Certificate2 Create()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using Plait.Benchmarks.Load;

namespace Plait.Cli.Tests.Load;

public sealed class LoadGeneratorTests
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(150);

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(5, 1, 64)]
    [InlineData(3, 16, 64)]
    [InlineData(2, 4, 1_000_000)]
    [InlineData(2, 1_000, 5_000)]
    public void Run_AServerThatEchoes_IsAnsweredRightly(int connections, int pipeline, int size)
    {
        using TestServer server = TestServer.Echo();

        LoadResult result = Run(Options(server) with { Connections = connections, Pipeline = pipeline, Size = size });

        AssertClean(result);
        Assert.InRange(result.Messages, 1, long.MaxValue);
        Assert.Equal(result.Messages, result.Latency.Count);
        Assert.Equal(connections, server.Connections);
        Assert.Equal(0, result.Connections);
        Assert.InRange(result.Seconds, s_short.TotalSeconds, 60);
        Assert.InRange(result.Own.Total, TimeSpan.FromTicks(1), TimeSpan.FromMinutes(10));
    }

    [Fact]
    public void Run_AServerOfCapitals_IsAnsweredRightly()
    {
        using TestServer server = TestServer.Answering(static bytes => Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(bytes).ToUpperInvariant()));

        AssertClean(Run(Options(server) with { IsUpperCase = true }));
    }

    [Fact]
    public void Run_AServerOnASocketOfAFile_IsAnsweredRightly()
    {
        string path = Path.Combine(Path.GetTempPath(), $"plait-load-{Guid.NewGuid():N}");
        using TestServer server = TestServer.EchoAt(path);
        try
        {
            AssertClean(Run(Options(server)));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Run_WithReconnection_MakesANewConnectionAfterSoManyMessages()
    {
        using TestServer server = TestServer.Echo();

        LoadResult result = Run(Options(server) with { Connections = 4, Reconnect = 3 });

        AssertClean(result);
        Assert.InRange(result.Connections, 1, server.Connections);
        Assert.InRange(result.Messages, result.Connections, (result.Connections + 8) * 3);
    }

    [Fact]
    public void Run_MoreConnectionsThanTheQueueHolds_AllAreMade()
    {
        // As many as CPython's socketserver lets wait.
        using TestServer server = TestServer.Echo(backlog: 5);

        LoadResult result = Run(Options(server) with { Connections = 100, ConnectTimeout = TimeSpan.FromMinutes(1), ReplyTimeout = TimeSpan.FromMinutes(1) });

        AssertClean(result);
        Assert.Equal(100, server.Connections);
    }

    [Fact]
    public void Run_WithARate_SendsSoManyAndNoMore()
    {
        using TestServer server = TestServer.Echo();

        LoadResult result = Run(Options(server) with { Rate = 1_000, Duration = TimeSpan.FromMilliseconds(300) });

        AssertClean(result);
        Assert.InRange(result.Latency.Count, 299, 301);
    }

    // One connection is not answered before the other was 50 times, which takes 98 ms of the schedule. What was due on it meanwhile has waited, though it was not even sent.
    [Fact]
    public void Run_WithARateAndAStall_CountsFromWhenMessagesWereDue()
    {
        using var over = new CountdownEvent(50);
        int first = 0;
        using TestServer server = TestServer.That(client =>
        {
            bool waits = Interlocked.Exchange(ref first, 1) == 0;
            int messages = 0;
            TestServer.Answer(client, bytes =>
            {
                // The first message shows that the connection is accepted; the schedule begins then.
                if (++messages > 1 && waits)
                {
                    over.Wait(TestContext.Current.CancellationToken);
                }
                else if (!waits && messages > 1 && !over.IsSet)
                {
                    over.Signal();
                }

                return bytes;
            });
        });

        LoadResult result = Run(Options(server) with { Connections = 2, Rate = 1_000, WarmUp = TimeSpan.Zero, Duration = TimeSpan.FromMilliseconds(300) });

        AssertClean(result);
        Assert.InRange(result.Latency.Quantile(0.95), 20_000_000, long.MaxValue);
    }

    [Fact]
    public void Run_NobodyListens_IsRefusedAndSoonOver()
    {
        using var unused = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        unused.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        LoadResult result = Run(new LoadOptions { Target = unused.LocalEndPoint!, Connections = 3, Duration = TimeSpan.FromHours(1) });

        Assert.Equal(3, result.Errors[LoadErrorKind.Refused]);
        Assert.Equal(0, result.Messages);
        Assert.False(result.IsClean);
    }

    [Fact]
    public void Run_NoSocketOfAFile_IsRefused() =>
        Assert.Equal(2, Run(new LoadOptions { Target = new UnixDomainSocketEndPoint("/nowhere/at/all"), Connections = 2 }).Errors[LoadErrorKind.Refused]);

    [Fact]
    public void Run_OneByteIsWrong_SaysWhichAndWhatCame()
    {
        using TestServer server = TestServer.Answering(static bytes =>
        {
            bytes[5] = (byte)'#';
            return bytes;
        });

        LoadResult result = Run(Options(server));

        Assert.Contains(LoadErrorKind.WrongBytes, result.Errors.Keys);
        Assert.StartsWith("byte 5 of a connection came back as '#' instead of", result.FirstError);
        Assert.Equal(0, result.Messages);
    }

    [Fact]
    public void Run_EverythingComesTwice_IsWrong()
    {
        using TestServer server = TestServer.Answering(static bytes => [.. bytes, .. bytes]);

        LoadResult result = Run(Options(server));

        Assert.Contains(LoadErrorKind.WrongBytes, result.Errors.Keys);
    }

    [Fact]
    public void Run_TheServerCloses_IsCountedAndTriedAgain()
    {
        using TestServer server = TestServer.That(static client => client.Receive(new byte[64]));

        LoadResult result = Run(Options(server) with { Connections = 1, Duration = TimeSpan.FromMilliseconds(400) });

        Assert.InRange(result.Errors[LoadErrorKind.Closed], 2, 10);
        Assert.Contains("with 1 message unanswered", result.FirstError, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_TheServerResets_IsCounted()
    {
        using TestServer server = TestServer.That(static client =>
        {
            client.Receive(new byte[64]);
            client.LingerState = new LingerOption(enable: true, seconds: 0);
        });

        Assert.Contains(LoadErrorKind.Reset, Run(Options(server)).Errors.Keys);
    }

    [Fact]
    public void Run_TheServerIsSilent_IsCountedAfterTheTimeout()
    {
        using TestServer server = TestServer.Answering(static _ => []);

        LoadResult result = Run(Options(server) with { Connections = 2, ReplyTimeout = TimeSpan.FromMilliseconds(50) });

        Assert.InRange(result.Errors[LoadErrorKind.ReplyTimeout], 2, 100);
    }

    [Fact]
    public void Run_WithARateAndASilentServer_SaysWhatWasMissed()
    {
        using TestServer server = TestServer.Answering(static _ => []);

        LoadResult result = Run(Options(server) with { Connections = 2, Rate = 100, ReplyTimeout = TimeSpan.FromMilliseconds(50), Duration = TimeSpan.FromMilliseconds(200) });

        Assert.InRange(result.Missed, 19, 21);
    }

    [Fact]
    public void Run_Cancelled_ReturnsWhatWasMeasured()
    {
        using var end = new CancellationTokenSource();
        int answers = 0;
        using TestServer server = TestServer.Answering(bytes =>
        {
            if (++answers == 2_000)
            {
                end.Cancel();
            }

            return bytes;
        });

        LoadResult result = LoadGenerator.Run(Options(server) with { Connections = 1, WarmUp = TimeSpan.Zero, Duration = TimeSpan.FromHours(1) }, end.Token);

        Assert.True(result.IsInterrupted);
        Assert.InRange(result.Messages, 1_000, 2_000);
        Assert.InRange(result.Seconds, 0, 600);
    }

    [Fact]
    public void Run_AProcessOfTheServer_HasItsProcessorTimeMeasured()
    {
        using TestServer server = TestServer.Echo();

        LoadResult result = Run(Options(server) with { ServerProcesses = [Environment.ProcessId, int.MaxValue] });

        Assert.InRange(result.Servers[0]!.Value.Total, TimeSpan.FromTicks(1), TimeSpan.FromMinutes(10));
        Assert.Null(result.Servers[1]);
    }

    [Fact]
    public void Run_MoreUnderWayThanAllowed_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => LoadGenerator.Run(new LoadOptions { Target = new IPEndPoint(IPAddress.Loopback, 1), Size = 1_000_000, Pipeline = 1_000 }));

    private static LoadOptions Options(TestServer server) => new() { Target = server.Place, Connections = 3, WarmUp = TimeSpan.FromMilliseconds(20), Duration = s_short };

    private static LoadResult Run(LoadOptions options) => LoadGenerator.Run(options, TestContext.Current.CancellationToken);

    private static void AssertClean(LoadResult result)
    {
        Assert.Null(result.FirstError);
        Assert.True(result.IsClean, $"missed {result.Missed}");
    }
}

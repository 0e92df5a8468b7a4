using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Plait.Cli.Commands;
using Plait.Cli.Tests.Load;

namespace Plait.Cli.Tests.Commands;

public sealed class LoadTests
{
    private static readonly string[] s_short = ["--connections", "3", "--duration", "200ms", "--warmup", "0"];

    [Theory]
    [InlineData("'nowhere' is no place of a server", "nowhere")]
    [InlineData("'127.0.0.1:0' is no place of a server", "127.0.0.1:0")]
    [InlineData("'127.0.0.1:70000' is no place of a server", "127.0.0.1:70000")]
    [InlineData("'unix:' names no socket", "unix:")]
    [InlineData("the host 'no.such.host.invalid' is not known", "no.such.host.invalid:80")]
    [InlineData("--connections 0: 'load' takes a whole number from 1", "127.0.0.1:9", "--connections", "0")]
    [InlineData("--pipeline -1", "127.0.0.1:9", "--pipeline", "-1")]
    [InlineData("at most 67108864 bytes", "127.0.0.1:9", "--pipeline", "1000", "--size", "1000000")]
    [InlineData("--duration '5x' is no time above 0", "127.0.0.1:9", "--duration", "5x")]
    [InlineData("--rate -1", "127.0.0.1:9", "--rate", "-1")]
    [InlineData("--rate 0: messages a second are more than 0", "127.0.0.1:9", "--rate", "0")]
    [InlineData("--rate 'fast' is no number.", "127.0.0.1:9", "--rate", "fast")]
    [InlineData("--server-pid 'me' is no whole number.", "127.0.0.1:9", "--server-pid", "1", "--server-pid", "me")]
    [InlineData("--server-pid 0: there is no such process.", "127.0.0.1:9", "--server-pid", "0")]
    [InlineData("Try 'plait load --help'.", "127.0.0.1:9", "--size", "0")]
    [InlineData("unknown handler 'uper'. Did you mean 'upper'?", "127.0.0.1:9", "--handler", "uper")]
    [InlineData("--server-pid 2147483647: there is no such process.", "127.0.0.1:9", "--server-pid", "2147483647")]
    [InlineData("unknown option '--conections'. Did you mean '--connections'?", "127.0.0.1:9", "--conections", "5")]
    public async Task Load_WrongCommandLine_ReturnsTwoAndNamesTheValue(string message, params string[] args)
    {
        ToolRun run = await ToolRun.OfAsync([], ["load", .. args]);

        Assert.Equal(ExitCode.BadUsage, run.ExitCode);
        Assert.Contains(message, run.Error);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task Load_AServerThatEchoes_ReturnsZeroAndPrintsFigures()
    {
        using TestServer server = TestServer.Echo();

        ToolRun run = await ToolRun.OfAsync([], ["load", server.Target, .. s_short, "--server-pid", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), "--reconnect", "1"]);

        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.All(
            ["each for 1 message, 1 message of 64 bytes", "messages/s", "MB/s", "connections/s", "p50", "p99.9", "max", "cpu here", $"cpu of {Environment.ProcessId}", "µs a message", "errors         none"],
            word => Assert.Contains(word, run.Output));
    }

    [Fact]
    public async Task Load_WithJson_WritesWhatWasMeasured()
    {
        using TestServer server = TestServer.Echo();
        using var file = new JsonFile();

        await ToolRun.OfAsync([], ["load", server.Target, .. s_short, "--pipeline", "2", "--json", file.Path]);

        JsonElement row = Assert.Single(file.Rows());
        Assert.Equal(server.Target, row.GetProperty("target").GetString());
        Assert.Equal(2, row.GetProperty("pipeline").GetInt32());
        Assert.InRange(row.GetProperty("messages").GetInt64(), 1, long.MaxValue);
        Assert.Equal(["p50", "p90", "p99", "p99.9", "max"], row.GetProperty("latency").EnumerateObject().Select(static member => member.Name));
        Assert.Empty(row.GetProperty("errors").EnumerateObject());
        Assert.Equal(JsonValueKind.Number, row.GetProperty("cpu").GetProperty("total").ValueKind);
    }

    [Fact]
    public async Task Load_AServerThatAnswersWrongly_ReturnsOneAndSaysHow()
    {
        using TestServer server = TestServer.Echo();

        ToolRun run = await ToolRun.OfAsync([], ["load", server.Target, .. s_short, "--handler", "upper"]);

        Assert.Equal(ExitCode.CheckFailed, run.ExitCode);
        Assert.Contains("wrongBytes", run.Output);
        Assert.Contains("the first", run.Output);
    }

    [Fact]
    public async Task Load_NobodyListens_ReturnsOneAndSaysRefused()
    {
        ToolRun run = await ToolRun.OfAsync([], ["load", "unix:/nowhere/at/all"]);

        Assert.Equal(ExitCode.CheckFailed, run.ExitCode);
        Assert.Contains("refused 50", run.Output);
        Assert.Contains("There is no socket at /nowhere/at/all.", run.Output);
        Assert.DoesNotContain("latency", run.Output);
    }

    [Fact]
    public async Task Load_APortWhereNobodyListens_SaysSo()
    {
        using var place = new TcpListener(IPAddress.Loopback, 0);
        place.Start();
        string target = place.LocalEndpoint.ToString()!;
        place.Stop();

        ToolRun run = await ToolRun.OfAsync([], ["load", target]);

        Assert.Equal(ExitCode.CheckFailed, run.ExitCode);
        Assert.Contains($"Nobody listens at {target}.", run.Output);
    }

    [Fact]
    public async Task Load_Interrupted_PrintsWhatWasMeasuredAndReturns130()
    {
        using var end = new CancellationTokenSource();
        int answers = 0;
        using TestServer server = TestServer.Answering(bytes =>
        {
            if (++answers == 500)
            {
                end.Cancel();
            }

            return bytes;
        });

        ToolRun run = await ToolRun.OfAsync([], new BenchSource([], MadeUpBench.Nothing), end.Token, "load", server.Target, "--connections", "1", "--duration", "1h", "--warmup", "0");

        Assert.Equal(ExitCode.Interrupted, run.ExitCode);
        Assert.Contains("then interrupted", run.Output);
        Assert.Contains("messages/s", run.Output);
    }

    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("5s", 5)]
    [InlineData("5", 5)]
    [InlineData("1.5m", 90)]
    [InlineData("1h", 3600)]
    public void Durations_ANumberAndItsUnit_IsATime(string text, double seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), Durations.Parse("--duration", text, isZeroAllowed: false));

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("-5s")]
    [InlineData("0")]
    [InlineData("1.2.3s")]
    [InlineData("25h")]
    [InlineData("5 s")]
    public void Durations_AnythingElse_IsRefusedByValue(string text) =>
        Assert.Contains($"--duration '{text}'", Assert.Throws<UsageException>(() => Durations.Parse("--duration", text, isZeroAllowed: false)).Message, StringComparison.Ordinal);
}

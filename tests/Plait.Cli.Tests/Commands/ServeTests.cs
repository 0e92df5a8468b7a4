using System.Globalization;
using System.Net;
using Plait.Cli.Commands;
using Plait.Cli.Terminal;
using Plait.Net.Servers;

namespace Plait.Cli.Tests.Commands;

/// <summary><c>plait serve</c> and <c>plait connect</c>, one against the other.</summary>
public sealed class ServeTests
{
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Serve_Models_ListsEachWithWhatItIsGoodFor()
    {
        ToolRun run = await ToolRun.OfAsync([], "serve", "--models");

        Assert.Equal(0, run.ExitCode);
        Assert.All(ServerModels.All, model => Assert.Contains($"{model.Name} ", run.Output, StringComparison.Ordinal));
        Assert.Equal(Enum.GetValues<ServerModel>().Length, ServerModels.All.Count);
    }

    [Theory]
    [InlineData("'epol'", "serve", "--model", "epol")]
    [InlineData("'shout'", "serve", "--handler", "shout")]
    [InlineData("--port 70000", "serve", "--port", "70000")]
    [InlineData("--host 'no.such.host.invalid' is not known", "serve", "--host", "no.such.host.invalid")]
    [InlineData("--port 'abc' is no whole number.", "serve", "--port", "abc")]
    [InlineData("--port '99999999999' is too large a number.", "serve", "--port", "99999999999")]
    [InlineData("--model lacks its value. Known ones: coroutine, epoll, iterative", "serve", "--model")]
    [InlineData("--workers -1: it is at least 1, or 0", "serve", "--workers", "-1")]
    [InlineData("--workers 3 does not go with --model coroutine: take loops, pool, prefork, process-loops, or leave --workers out.", "serve", "--workers", "3")]
    [InlineData("--workers 2 does not go with --model loops and --unix", "serve", "--workers", "2", "--model", "loops", "--unix", "/nowhere/at/all")]
    [InlineData("--max-connections 0: it is at least 1.", "serve", "--max-connections", "0")]
    [InlineData("Times are 500ms, 5s, 2m or 1h; a number alone is seconds.", "serve", "--idle", "soon")]
    [InlineData("Try 'plait serve --help'.", "serve", "--model", "epol")]
    [InlineData("Try 'plait connect --help'.", "connect", "--atempts", "3")]
    [InlineData("--drain 5s", "serve", "--drain", "5s")]
    [InlineData("'nowhere'", "connect", "nowhere")]
    [InlineData("--attempts 0", "connect", "127.0.0.1:1", "--attempts", "0")]
    public async Task CommandLine_ThatIsWrong_NamesTheValue(string named, params string[] args)
    {
        ToolRun run = await ToolRun.OfAsync([], args);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("coroutine", "echo", "one\nblå two\n")]
    [InlineData("threads", "upper", "ONE\nBLå TWO\n")]
    [InlineData("select", "upper", "ONE\nBLå TWO\n")]
    [InlineData("proactor", "upper", "ONE\nBLå TWO\n")]
    public async Task Connect_ToAServer_ShowsItsAnswers(string model, string handler, string expected)
    {
        using var interrupt = new CancellationTokenSource();
        var lines = new FirstLine();
        Task<int> serving = NewTool(TextReader.Null, lines).RunAsync(["serve", "--model", model, "--handler", handler], interrupt.Token);
        string first = await lines.Task.WaitAsync(s_hang, TestContext.Current.CancellationToken);
        Assert.StartsWith("listening on 127.0.0.1:", first, StringComparison.Ordinal);
        string target = first["listening on ".Length..];

        var output = new StringWriter();
        int code = await NewTool(new StringReader("one\nblå two\n"), output).RunAsync(["connect", target], TestContext.Current.CancellationToken).WaitAsync(s_hang, TestContext.Current.CancellationToken);

        Assert.Equal((0, expected), (code, output.ToString()));
        await interrupt.CancelAsync();
        Assert.Equal(0, await serving.WaitAsync(s_hang, TestContext.Current.CancellationToken));
        Assert.Contains("1 connection: 1 served", lines.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_AtAName_ListensAtItsAddress()
    {
        using var interrupt = new CancellationTokenSource();
        var lines = new FirstLine();
        Task<int> serving = NewTool(TextReader.Null, lines).RunAsync(["serve", "--host", "localhost"], interrupt.Token);

        string first = await lines.Task.WaitAsync(s_hang, TestContext.Current.CancellationToken);

        Assert.True(IPAddress.IsLoopback(IPEndPoint.Parse(first["listening on ".Length..]).Address), first);
        await interrupt.CancelAsync();
        Assert.Equal(0, await serving.WaitAsync(s_hang, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Connect_WhereNobodyListens_SaysSo()
    {
        var place = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        place.Start();
        string target = place.LocalEndpoint.ToString()!;
        place.Stop();

        ToolRun run = await ToolRun.OfAsync([], "connect", target);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"Nobody listens at {target}.", run.Error, StringComparison.Ordinal);
    }

    private static Tool NewTool(TextReader input, TextWriter output) =>
        new([], new BenchSource([], MadeUpBench.Nothing), Screen.Plain(output), input, output, TextWriter.Null, TimeProvider.System);

    /// <summary>Tells when the first line is there.</summary>
    private sealed class FirstLine() : StringWriter(CultureInfo.InvariantCulture)
    {
        private readonly TaskCompletionSource<string> _line = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Task => _line.Task;

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            _ = _line.TrySetResult(value ?? "");
        }
    }
}

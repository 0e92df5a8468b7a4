using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Plait.Cli.Tests.Processes;

/// <summary>What <c>plait serve</c> does when it is told by signals.</summary>
public sealed class ServeSignalTests
{
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("prefork")]
    [InlineData("coroutine")]
    [InlineData("threads")]
    public async Task Hangup_WhileAClientIsServed_LetsItEndAndServesOthersMeanwhile(string model)
    {
        using Serving serving = await Serving.StartAsync("--model", model, "--drain", "4s");
        using Socket old = serving.Connect();
        Echo(old);

        await serving.TellAsync("HUP");

        Assert.StartsWith("restarting", await serving.ReadLineAsync(), StringComparison.Ordinal);
        Echo(old);
        for (int i = 0; i < 10; i++)
        {
            using Socket another = serving.Connect();
            Echo(another);
        }

        old.Dispose();
        Assert.StartsWith("restarted", await serving.ReadLineAsync(), StringComparison.Ordinal);
        await serving.TellAsync("TERM");
        Assert.StartsWith("11 connections: 11 served", await serving.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, await serving.EndAsync());
    }

    [Theory]
    [InlineData("prefork")]
    [InlineData("coroutine")]
    public async Task Terminate_WhileAClientIsServed_LetsItGoOnUntilTheTimeIsOver(string model)
    {
        using Serving serving = await Serving.StartAsync("--model", model, "--drain", "200ms");
        using Socket client = serving.Connect();
        Echo(client);

        await serving.TellAsync("TERM");

        Assert.Contains("1 broken off", await serving.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, await serving.EndAsync());
    }

    private static void Echo(Socket socket)
    {
        byte[] answer = new byte[5];
        socket.Send("hello"u8);
        int count = 0;
        while (count < answer.Length && socket.Receive(answer.AsSpan(count)) is > 0 and int came)
        {
            count += came;
        }

        Assert.Equal("hello"u8, answer);
    }

    /// <summary>The real tool as a server.</summary>
    private sealed class Serving : IDisposable
    {
        private readonly Process _process;
        private IPEndPoint? _place;

        private Serving(Process process) => _process = process;

        public static async Task<Serving> StartAsync(params string[] options)
        {
            // Whoever started the tests may have had them ignore signals.
            var start = new ProcessStartInfo("env", ["--default-signal=HUP,TERM", Repository.Tool, "serve", "--workers", "0", .. options]) { UseShellExecute = false, RedirectStandardOutput = true };
            var serving = new Serving(Process.Start(start)!);
            string line = await serving.ReadLineAsync();
            serving._place = IPEndPoint.Parse(line["listening on ".Length..]);
            return serving;
        }

        public Socket Connect()
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = (int)s_hang.TotalMilliseconds };
            socket.Connect(_place!);
            return socket;
        }

        public async Task TellAsync(string signal)
        {
            using Process kill = Process.Start("bash", ["-c", $"kill -{signal} {_process.Id}"]);
            await kill.WaitForExitAsync(Token);
        }

        public async Task<string> ReadLineAsync() => await _process.StandardOutput.ReadLineAsync(Token).AsTask().WaitAsync(s_hang, Token) ?? "nothing more";

        public async Task<int> EndAsync()
        {
            await _process.WaitForExitAsync(Token).WaitAsync(s_hang, Token);
            return _process.ExitCode;
        }

        public void Dispose()
        {
            if (!_process.HasExited)
            {
                _process.Kill(entireProcessTree: true);
                _process.WaitForExit();
            }

            _process.Dispose();
        }
    }
}

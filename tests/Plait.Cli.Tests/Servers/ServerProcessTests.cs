using System.Diagnostics;
using Plait.Benchmarks;
using Plait.Benchmarks.Peers;
using Plait.Benchmarks.Servers;

namespace Plait.Cli.Tests.Servers;

public sealed class ServerProcessTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, false)]
    [InlineData(16, false)]
    [InlineData(1, true)]
    public async Task Measure_AServer_TellsProcessorTimeOfItsOwn(int pipeline, bool isOfConnections)
    {
        await using ServerProcess server = await ServerProcess.StartAsync(ServerPrograms.DotnetAsync, Token);

        (double nanoseconds, string note) = new EchoLoad(4) { Pipeline = pipeline, IsOfConnections = isOfConnections }.Measure(server, milliseconds: 200, Token);

        Assert.InRange(nanoseconds, 100, 1e9);
        Assert.EndsWith(" k/s", note);
    }

    [Fact]
    public async Task MeasureAsync_IdleConnections_TellsTheMemoryOfEach()
    {
        await using ServerProcess server = await ServerProcess.StartAsync(ServerPrograms.DotnetThreads, Token);

        (double bytes, string note) = await IdleMemory.MeasureAsync(server, 200, Token);

        Assert.InRange(bytes, 1, 10_000_000);
        Assert.Contains("200 connections", note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Measure_AServerThatHasEnded_IsToldOf()
    {
        await using ServerProcess server = await ServerProcess.StartAsync(ServerPrograms.DotnetAsync, Token);
        using (Process running = Process.GetProcessById(server.Pid))
        {
            running.Kill();
            await running.WaitForExitAsync(Token);
        }

        var error = Assert.Throws<PeerUnavailableException>(() => new EchoLoad(4).Measure(server, milliseconds: 100, Token));

        Assert.Contains(".NET async sockets", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_AProgramThatDoesNotListen_IsRefusedWithWhatItSaid()
    {
        var program = new ServerProgram("mute", static _ => Task.FromResult(new ProcessStartInfo("echo", ["good morning"])));

        var error = await Assert.ThrowsAsync<PeerUnavailableException>(() => ServerProcess.StartAsync(program, Token));

        Assert.Contains("\"good morning\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_NoSuchProgram_IsRefused()
    {
        var program = new ServerProgram("none", static _ => Task.FromResult(new ProcessStartInfo("/no/such/program")));

        await Assert.ThrowsAsync<PeerUnavailableException>(() => ServerProcess.StartAsync(program, Token));
    }

    [Fact]
    public async Task RunAsync_ACaseOfServers_ComparesThem()
    {
        BenchCase pair = EchoCases.Pool("io", ServerPrograms.DotnetPool) with { Full = new BenchSize(Rounds: 2, WarmUps: 0, Operations: 50) };

        IReadOnlyList<BenchResult> rows = await BenchRunner.RunAsync(pair, pair.Full, static _ => { }, Token);

        Assert.Equal(["case", "case / CPython ThreadPoolExecutor"], rows.Select(row => row.Case.Replace(pair.Name, "case", StringComparison.Ordinal)));
        Assert.True(rows[0].Ratio > 0, rows[0].Note);
        Assert.Equal(1, rows[0].Goal);
        Assert.Contains("of 2", rows[0].Note, StringComparison.Ordinal);
        Assert.Contains("k/s", rows[0].Note, StringComparison.Ordinal);
    }
}

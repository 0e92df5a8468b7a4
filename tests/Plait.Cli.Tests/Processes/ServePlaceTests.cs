using System.Net;
using System.Net.Sockets;

namespace Plait.Cli.Tests.Processes;

/// <summary>Places at which <c>plait serve</c> cannot listen. Each in a fresh process: the first text of a process that names an address changes the error's number on its way.</summary>
public sealed class ServePlaceTests
{
    [Fact]
    public async Task Serve_AtATakenPort_SaysSoAndWhatToDo()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        ProcessRun run = await ProcessRun.OfAsync(Repository.Tool, ["serve", "--port", $"{((IPEndPoint)taken.LocalEndpoint).Port}"]);

        Assert.Equal(ExitCode.BadUsage, run.ExitCode);
        Assert.Contains("EADDRINUSE", run.Error, StringComparison.Ordinal);
        Assert.Contains("take another port", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_AtAnAddressOfAnotherMachine_SaysSo()
    {
        // An address that is for documentation only, and nobody's.
        ProcessRun run = await ProcessRun.OfAsync(Repository.Tool, ["serve", "--host", "203.0.113.7"]);

        Assert.Equal(ExitCode.BadUsage, run.ExitCode);
        Assert.Contains("EADDRNOTAVAIL", run.Error, StringComparison.Ordinal);
        Assert.Contains("not an address of this machine", run.Error, StringComparison.Ordinal);
    }
}

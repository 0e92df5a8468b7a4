using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Plait.Benchmarks.Peers;

/// <summary>A peer whose operation is a whole run of a .NET program: start it, wait for its end.</summary>
internal sealed class ProgramPeer : IRunningPeer
{
    private readonly ProcessStartInfo start;

    private ProgramPeer(string label, ProcessStartInfo start)
    {
        Name = label;
        this.start = start;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>A peer that is the .NET program of <c>bench/peers/NAME</c>, started through its own executable.</summary>
    public static BenchPeer Create(string label, string name) => new(label, _ => Task.FromResult<IRunningPeer>(new ProgramPeer(label, Command(name))));

    /// <summary>How the .NET program of <c>bench/peers/NAME</c>, or another of this solution, is started.</summary>
    /// <exception cref="PeerUnavailableException">The program is not built.</exception>
    public static ProcessStartInfo Command(string name, params string[] arguments)
    {
        var program = new ProcessStartInfo(PeerPlaces.DotnetProgram(name), arguments) { UseShellExecute = false };
        // The peer is the plain program: it must find the runtime that runs us, and load nothing that was meant for us.
        program.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        program.Environment.Remove("DOTNET_STARTUP_HOOKS");
        return program;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<double>> RunAsync(int operations, CancellationToken cancellationToken)
    {
        var figures = new double[operations];
        for (var i = 0; i < operations; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            figures[i] = RunOnce();
        }

        return Task.FromResult<IReadOnlyList<double>>(figures);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private double RunOnce()
    {
        try
        {
            var began = Stopwatch.GetTimestamp();
            using var process = System.Diagnostics.Process.Start(start) ?? throw new PeerUnavailableException($"{start.FileName} did not start");
            process.WaitForExit();
            var taken = Stopwatch.GetElapsedTime(began).TotalNanoseconds;
            return process.ExitCode == 0
                ? taken
                : throw new PeerUnavailableException($"{start.FileName} ended with exit code {process.ExitCode}; run it by hand to see why");
        }
        catch (Win32Exception exception)
        {
            throw new PeerUnavailableException($"{start.FileName} could not be started: {exception.Message}", exception);
        }
    }
}

using System.Diagnostics;
using Plait.Benchmarks.Peers;

namespace Plait.Benchmarks.Servers;

/// <summary>A server that echoes, as a program of its own. It prints <c>listening on HOST:PORT</c> first, and ends when its standard input does.</summary>
/// <param name="Label">What it is.</param>
/// <param name="CommandAsync">Builds it where needed, and says how it is started. It throws <see cref="PeerUnavailableException"/> where something is missing.</param>
internal sealed record ServerProgram(string Label, Func<CancellationToken, Task<ProcessStartInfo>> CommandAsync)
{
    /// <summary>The program of <c>bench/peers/NAME.c</c>.</summary>
    public static ServerProgram InC(string label, string name) =>
        new(label, async cancellation => new ProcessStartInfo(await CompiledPeer.BuildAsync(name, cancellation).ConfigureAwait(false)));

    /// <summary>The program of <c>bench/peers/NAME.go</c>.</summary>
    public static ServerProgram InGo(string label, string name) =>
        new(label, async cancellation => new ProcessStartInfo(await CompiledPeer.BuildGoAsync(name, cancellation).ConfigureAwait(false)));

    /// <summary>The script <c>bench/peers/NAME.py</c>, in the interpreter that has a module, which a Debian package brings.</summary>
    public static ServerProgram InPython(string label, string module, string package, string name, params string[] arguments) => new(label, async cancellation =>
        new ProcessStartInfo(
            await PythonPeer.InterpreterWithAsync(module, package, cancellation).ConfigureAwait(false),
            [PeerPlaces.Source(name + ".py"), .. arguments]));

    /// <summary>A .NET program of this solution.</summary>
    /// <param name="label">What it is.</param>
    /// <param name="name">The name of its project.</param>
    /// <param name="environment">Variables that it is started with, besides ours.</param>
    /// <param name="arguments">Its command line.</param>
    public static ServerProgram InDotnet(string label, string name, IReadOnlyDictionary<string, string> environment, params string[] arguments) => new(label, _ =>
    {
        ProcessStartInfo start = ProgramPeer.Command(name, arguments);
        foreach ((string variable, string value) in environment)
        {
            start.Environment[variable] = value;
        }

        return Task.FromResult(start);
    });
}

using System.ComponentModel;
using System.Diagnostics;

namespace Plait.Benchmarks.Peers;

/// <summary>Peers written in C, compiled when first needed and again when a source is newer.</summary>
internal static class CompiledPeer
{
    private const string Remedy = "apt-get install gcc";

    /// <summary>A peer that is the program of <c>bench/peers/NAME.c</c> with these arguments.</summary>
    public static BenchPeer Create(string label, string name, params string[] arguments) =>
        new(label, async cancellationToken =>
            await LinePeer.StartAsync(label, await BuildAsync(name, cancellationToken).ConfigureAwait(false), arguments, Remedy, cancellationToken)
                .ConfigureAwait(false));

    /// <summary>Builds the program of <c>bench/peers/NAME.c</c> where it is not built, or older than its sources.</summary>
    /// <returns>The executable.</returns>
    /// <exception cref="PeerUnavailableException">It cannot be compiled; the message says what to install.</exception>
    public static Task<string> BuildAsync(string name, CancellationToken cancellationToken)
    {
        var source = PeerPlaces.Source(name + ".c");
        var headers = Directory.GetFiles(Path.GetDirectoryName(source)!, "*.h");
        return BuildAsync("gcc", static (aside, source) => ["-O2", "-Wall", "-pthread", "-o", aside, source], name, [source, .. headers], $"{Remedy} libc6-dev", cancellationToken);
    }

    /// <summary>Builds the program of <c>bench/peers/NAME.go</c>, likewise.</summary>
    /// <inheritdoc cref="BuildAsync(string, CancellationToken)"/>
    public static Task<string> BuildGoAsync(string name, CancellationToken cancellationToken) =>
        BuildAsync("go", static (aside, source) => ["build", "-o", aside, source], name, [PeerPlaces.Source(name + ".go")], "apt-get install golang-go", cancellationToken);

    private static async Task<string> BuildAsync(
        string compiler, Func<string, string, string[]> arguments, string name, string[] sources, string remedy, CancellationToken cancellationToken)
    {
        var binary = Path.Combine(PeerPlaces.Built(), name);
        if (File.Exists(binary) && Array.TrueForAll(sources, source => IsNewer(binary, source)))
        {
            return binary;
        }

        // Compiled aside and moved, so that a run at the same time finds the old program or the new one, never half of one.
        var aside = $"{binary}.{Environment.ProcessId}";
        var start = new ProcessStartInfo(compiler, arguments(aside, sources[0])) { UseShellExecute = false, RedirectStandardError = true };
        try
        {
            using var running = System.Diagnostics.Process.Start(start) ?? throw new PeerUnavailableException($"{compiler} did not start: {remedy}");
            var errors = await running.StandardError.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            await running.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            if (running.ExitCode != 0)
            {
                throw new PeerUnavailableException($"{compiler} could not compile {sources[0]} (is all of it installed? {remedy}): {errors.Trim()}");
            }

            File.Move(aside, binary, overwrite: true);
            return binary;
        }
        catch (Win32Exception exception)
        {
            throw new PeerUnavailableException($"{compiler} is missing: {remedy}", exception);
        }
    }

    private static bool IsNewer(string built, string source) => File.GetLastWriteTimeUtc(built) > File.GetLastWriteTimeUtc(source);
}

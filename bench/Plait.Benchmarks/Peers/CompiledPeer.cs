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

    private static async Task<string> BuildAsync(string name, CancellationToken cancellationToken)
    {
        var source = PeerPlaces.Source(name + ".c");
        var headers = Directory.GetFiles(Path.GetDirectoryName(source)!, "*.h");
        var binary = Path.Combine(PeerPlaces.Built(), name);
        if (File.Exists(binary) && IsNewer(binary, source) && Array.TrueForAll(headers, header => IsNewer(binary, header)))
        {
            return binary;
        }

        // Compiled aside and moved, so that a run at the same time finds the old program or the new one, never half of one.
        var aside = $"{binary}.{Environment.ProcessId}";
        var start = new ProcessStartInfo("gcc", ["-O2", "-Wall", "-pthread", "-o", aside, source]) { UseShellExecute = false, RedirectStandardError = true };
        try
        {
            using var compiler = System.Diagnostics.Process.Start(start) ?? throw new PeerUnavailableException($"gcc did not start: {Remedy}");
            var errors = await compiler.StandardError.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            await compiler.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            if (compiler.ExitCode != 0)
            {
                throw new PeerUnavailableException($"gcc could not compile {source} (is libc6-dev installed? {Remedy} libc6-dev): {errors.Trim()}");
            }

            File.Move(aside, binary, overwrite: true);
            return binary;
        }
        catch (Win32Exception exception)
        {
            throw new PeerUnavailableException($"gcc is missing: {Remedy}", exception);
        }
    }

    private static bool IsNewer(string built, string source) => File.GetLastWriteTimeUtc(built) > File.GetLastWriteTimeUtc(source);
}

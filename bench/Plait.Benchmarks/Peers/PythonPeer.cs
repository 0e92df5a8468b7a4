using System.ComponentModel;
using System.Diagnostics;

namespace Plait.Benchmarks.Peers;

/// <summary>Peers written in Python.</summary>
internal static class PythonPeer
{
    /// <summary>What to do where there is no Python.</summary>
    public const string Remedy = "apt-get install python3";

    // The one on PATH first; a distribution's packages are seen by the distribution's own interpreter only.
    private static readonly string[] Interpreters = ["python3", "/usr/bin/python3"];

    /// <summary>A peer that is the script <c>bench/peers/NAME.py</c> with these arguments and needs nothing but the standard library.</summary>
    public static BenchPeer Create(string label, string name, params string[] arguments) =>
        new(label, cancellationToken => StartAsync(label, Interpreters[0], name, arguments, cancellationToken));

    /// <summary>As <see cref="Create"/>, for a script that imports <paramref name="module"/>, which the Debian package <paramref name="package"/> brings.</summary>
    public static BenchPeer CreateWithModule(string module, string package, string label, string name, params string[] arguments) =>
        new(label, async cancellationToken =>
        {
            var interpreter = await InterpreterWithAsync(module, package, cancellationToken).ConfigureAwait(false);
            return await StartAsync(label, interpreter, name, arguments, cancellationToken).ConfigureAwait(false);
        });

    private static async Task<IRunningPeer> StartAsync(string label, string interpreter, string name, string[] arguments, CancellationToken cancellationToken) =>
        await LinePeer.StartAsync(label, interpreter, [PeerPlaces.Source(name + ".py"), .. arguments], Remedy, cancellationToken).ConfigureAwait(false);

    /// <summary>The interpreter that has a module.</summary>
    /// <exception cref="PeerUnavailableException">None has; the message says what to install.</exception>
    public static async Task<string> InterpreterWithAsync(string module, string package, CancellationToken cancellationToken)
    {
        foreach (var interpreter in Interpreters)
        {
            if (await ImportsAsync(interpreter, module, cancellationToken).ConfigureAwait(false))
            {
                return interpreter;
            }
        }

        throw new PeerUnavailableException($"neither {string.Join(" nor ", Interpreters)} has the module {module}: apt-get install {package}");
    }

    private static async Task<bool> ImportsAsync(string interpreter, string module, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(interpreter, ["-c", $"import {module}"]) { UseShellExecute = false, RedirectStandardError = true };
        try
        {
            using var process = System.Diagnostics.Process.Start(start) ?? throw new PeerUnavailableException($"{interpreter} did not start: {Remedy}");
            await process.StandardError.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            // That interpreter is not there.
            return false;
        }
    }
}

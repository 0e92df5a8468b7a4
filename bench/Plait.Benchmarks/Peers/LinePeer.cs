using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Plait.Benchmarks.Peers;

/// <summary>
/// A peer in a process of its own that lives as long as the case and is driven by lines: it prints <c>ready NAME</c>, then
/// answers each <c>run N</c> with figures on one line. It ends by itself when its standard input closes.
/// </summary>
internal sealed class LinePeer : IRunningPeer
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5);

    private readonly System.Diagnostics.Process process;
    private readonly LastWords errors;

    private LinePeer(string label, System.Diagnostics.Process process)
    {
        Name = label;
        this.process = process;
        errors = new LastWords(process);
    }

    /// <inheritdoc/>
    public string Name { get; private set; }

    /// <summary>Starts a program that speaks the line protocol and waits until it is ready.</summary>
    /// <exception cref="PeerUnavailableException">The program is missing (the message ends in <paramref name="remedy"/>), or it never became ready.</exception>
    public static async Task<LinePeer> StartAsync(
        string label, string program, string[] arguments, string remedy, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        LinePeer peer;
        try
        {
            peer = new LinePeer(label, System.Diagnostics.Process.Start(start) ?? throw new PeerUnavailableException($"{program} did not start: {remedy}"));
        }
        catch (Win32Exception exception)
        {
            throw new PeerUnavailableException($"{program} is missing: {remedy}", exception);
        }

        try
        {
            const string Ready = "ready ";
            var line = await peer.ReadLineAsync(cancellationToken).ConfigureAwait(false);
            peer.Name = line.StartsWith(Ready, StringComparison.Ordinal)
                ? line[Ready.Length..]
                : throw new PeerUnavailableException($"{program} should have said \"ready NAME\" but said \"{line}\"");
            return peer;
        }
        catch
        {
            await peer.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<double>> RunAsync(int operations, CancellationToken cancellationToken)
    {
        string line;
        try
        {
            await process.StandardInput.WriteLineAsync($"run {operations}".AsMemory(), cancellationToken).ConfigureAwait(false);
            await process.StandardInput.FlushAsync(cancellationToken).ConfigureAwait(false);
            line = await ReadLineAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            throw new PeerUnavailableException(Ended(), exception);
        }

        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var figures = new double[words.Length];
        for (var i = 0; i < words.Length; i++)
        {
            if (!double.TryParse(words[i], NumberStyles.Float, CultureInfo.InvariantCulture, out figures[i]) || !(figures[i] >= 0))
            {
                throw new PeerUnavailableException($"the peer {Name} answered \"{words[i]}\" where a figure was expected");
            }
        }

        return figures.Length == 1 || figures.Length == operations
            ? figures
            : throw new PeerUnavailableException($"the peer {Name} was asked for {operations} operations and answered {figures.Length} figures");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It is gone already, which is what closing was for.
        }

        try
        {
            await process.WaitForExitAsync().WaitAsync(EndLimit).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await process.StandardOutput.ReadLineAsync(cancellationToken).AsTask().WaitAsync(AnswerLimit, cancellationToken).ConfigureAwait(false)
                ?? throw new PeerUnavailableException(Ended());
        }
        catch (TimeoutException exception)
        {
            throw new PeerUnavailableException($"the peer {Name} gave no answer within {AnswerLimit.TotalSeconds:F0} s; last words: {errors}", exception);
        }
    }

    private string Ended() => $"the peer {Name} ended before it answered; last words: {errors}";
}
